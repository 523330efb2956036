//! The values that are made up, in the order in which they are tried: first what most types take.

use super::form::Scalar;

/// The first is taken by almost every type; the second by those that count days, months or anything that is not zero.
/// Then what enums that are stored as numbers, percentages and characters are like.
///
/// All are small: a type may allocate or count as far as it is told.
const SMALL_INTEGERS: [i128; 30] =
    [0, 1, 2, 12, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 20, 24, 30, 31, 32, 48, 50, 60, 64, 65, 80, 90, 97, 100, 127, 128];

/// What ports, years and status codes are like. Never given to several leaves at once, since types multiply.
const LARGE_INTEGERS: [i128; 16] =
    [200, 255, 256, 400, 404, 443, 500, 512, 1000, 1024, 1970, 2000, 2024, 8080, 32_767, 65_535];

const FLOATS: [f32; 11] = [0.0, 1.0, 2.0, 0.5, 10.0, 45.0, 90.0, 100.0, 1000.0, -1.0, 1.0e9];

const CHARS: [char; 12] = ['a', '0', 'A', '1', ' ', '-', '/', '.', 'x', 'M', 'é', '\0'];

/// How many bytes, all of them zero.
const BYTES: [usize; 22] = [0, 16, 4, 32, 8, 12, 20, 24, 64, 1, 2, 3, 5, 6, 7, 10, 28, 33, 40, 48, 56, 128];

/// How many elements: one shows what they are, and the others are for those who insist.
const LENGTHS: [usize; 17] = [1, 0, 2, 3, 4, 16, 32, 8, 12, 20, 5, 6, 7, 9, 10, 24, 64];

static ZEROS: [u8; 128] = [0; 128];

const TEXTS: [&str; 106] = [
    "",
    "a",
    "1970-01-01T00:00:00Z",
    "1970-01-01",
    "00:00:00",
    "1970-01-01T00:00:00",
    "http://a/",
    "127.0.0.1",
    "00000000-0000-0000-0000-000000000000",
    "0",
    "1.0.0",
    "::1",
    "127.0.0.1:80",
    "a@b.co",
    "Mon",
    "Monday",
    "January",
    "Jan",
    "+00:00",
    "UTC",
    "en",
    "0000",
    "1",
    "true",
    "#000000",
    "P1D",
    "PT1S",
    "1s",
    "USD",
    "US",
    "1970-01-01 00:00:00",
    "1970-01-01 00:00:00 UTC",
    "1970-01-01T00:00:00+00:00",
    "Thu, 1 Jan 1970 00:00:00 +0000",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "1970-01-01T00:00:00+00:00[UTC]",
    "1970-01",
    "1970-W01",
    "1970-W01-4",
    "1970",
    "00:00",
    "12:00 AM",
    "A",
    "00",
    "000",
    "00000",
    "000000",
    "0000000",
    "00000000",
    "000000000000",
    "0000000000000000",
    "00000000000000000000",
    "000000000000000000000000",
    "00000000000000000000000000",
    "0000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0x0",
    "0x0000000000000000000000000000000000000000",
    "0.0",
    "-1",
    "0%",
    "1KB",
    "1 B",
    "AAAA",
    "AA==",
    "a.b",
    "a-b",
    "a_b",
    "a/b",
    "a:b",
    "a=b",
    "a b",
    "a,b",
    "0,0",
    "/",
    "/a",
    "a.txt",
    "text/plain",
    "localhost",
    "example.com",
    "https://example.com/",
    "https://example.com/a/b?c=d",
    "mailto:a@b.co",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "user@example.com",
    "en-US",
    "en_US",
    "Europe/Berlin",
    "EUR",
    "DE",
    "GET",
    "info",
    "red",
    "*",
    "* * * * *",
    ">=1.0.0",
    "v1",
    "127.0.0.0/8",
    "::/0",
    "00:00:00:00:00:00",
    "[::1]:80",
    "+491711234567",
    "DE89370400440532013000",
    "4111111111111111",
    "{}",
    "[]",
];

/// How many values there are to try where this is asked for.
pub(super) fn scalars(scalar: Scalar) -> usize {
    match scalar {
        Scalar::Unit => 1,
        Scalar::Bool => 2,
        Scalar::F32 | Scalar::F64 => FLOATS.len(),
        Scalar::Char => CHARS.len(),
        Scalar::Text => TEXTS.len(),
        Scalar::Bytes => BYTES.len(),
        _ => SMALL_INTEGERS.len() + LARGE_INTEGERS.len(),
    }
}

/// How many of them may be given to several leaves at once.
pub(super) fn scalars_together(scalar: Scalar) -> usize {
    match scalar {
        Scalar::Unit | Scalar::Bool | Scalar::F32 | Scalar::F64 | Scalar::Char | Scalar::Text | Scalar::Bytes => {
            scalars(scalar)
        }
        _ => SMALL_INTEGERS.len(),
    }
}

/// How many lengths of sequences there are to try.
pub(super) const fn lengths() -> usize {
    LENGTHS.len()
}

/// One where that which is made up does not fit.
pub(super) fn integer<T: TryFrom<i128> + From<bool>>(choice: usize) -> T {
    let mut integers = SMALL_INTEGERS.iter().chain(&LARGE_INTEGERS);
    integers.nth(choice).and_then(|value| T::try_from(*value).ok()).unwrap_or_else(|| T::from(true))
}

pub(super) fn float(choice: usize) -> f32 {
    FLOATS.get(choice).copied().unwrap_or_default()
}

pub(super) fn character(choice: usize) -> char {
    CHARS.get(choice).copied().unwrap_or_default()
}

pub(super) fn text(choice: usize) -> &'static str {
    TEXTS.get(choice).copied().unwrap_or_default()
}

pub(super) fn bytes(choice: usize) -> &'static [u8] {
    ZEROS.get(..BYTES.get(choice).copied().unwrap_or_default()).unwrap_or_default()
}

pub(super) fn length(choice: usize) -> usize {
    LENGTHS.get(choice).copied().unwrap_or_default()
}
