//! Numbers that can be counted with, and their texts, read and written as Python does.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A value type that `increment` and `decrement` work on: every integer and float of Rust.
///
/// A newtype joins with one line: `impl Number for Score { const KIND: NumberKind = u32::KIND; }`.
///
/// # Examples
///
/// ```
/// use rediscache::{Number, NumberKind, RedisCache, RedisSession};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Debug, PartialEq)]
/// struct Score(u32);
///
/// impl Number for Score {
///     const KIND: NumberKind = u32::KIND;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let scores = RedisCache::<u64, Score>::new("scores").on(&session);
/// assert_eq!(scores.increment(1, Score(5)).await?, Score(5));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be incremented",
    label = "not a number",
    note = "`increment` and `decrement` need an integer or float value type; a newtype over one can implement `Number`"
)]
pub trait Number {
    /// The range that results are held to.
    const KIND: NumberKind;
}

/// Whether a [`Number`] counts or measures, and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberKind(pub(crate) Range);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Range {
    Integer { min: i128, max: u128 },
    Float { max: f64 },
}

/// What stands before the decimal digits of a stored number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation {
    /// Before an integer.
    pub integer: &'static str,
    /// Before a float.
    pub float: &'static str,
}

macro_rules! integers {
    (signed $($signed:ty)*; unsigned $($unsigned:ty)*) => {
        $(impl Number for $signed {
            const KIND: NumberKind = NumberKind(Range::Integer {
                min: <$signed>::MIN as i128,
                max: <$signed>::MAX.unsigned_abs() as u128,
            });
        })*
        $(impl Number for $unsigned {
            const KIND: NumberKind = NumberKind(Range::Integer { min: 0, max: <$unsigned>::MAX as u128 });
        })*
    };
}

integers!(signed i8 i16 i32 i64 i128 isize; unsigned u8 u16 u32 u64 u128 usize);

impl Number for f32 {
    /// Up to what rounds to `f32::MAX`, which is written in fewer digits than it has.
    const KIND: NumberKind =
        NumberKind(Range::Float { max: 340_282_356_779_733_661_637_539_395_458_142_568_448_f64.next_down() });
}

impl Number for f64 {
    const KIND: NumberKind = NumberKind(Range::Float { max: f64::MAX });
}

/// An integer of any size that Rust has, signed or not, so that sums of both kinds need no third type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    negative: bool,
    magnitude: u128,
}

impl Integer {
    pub(crate) const ZERO: Self = Self { negative: false, magnitude: 0 };

    fn new(negative: bool, magnitude: u128) -> Self {
        Self { negative: negative && magnitude != 0, magnitude }
    }

    /// The sum, unless it is beyond 128 bits.
    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        if self.negative == other.negative {
            return Some(Self::new(self.negative, self.magnitude.checked_add(other.magnitude)?));
        }
        let (larger, smaller) = if self.magnitude >= other.magnitude { (self, other) } else { (other, self) };
        Some(Self::new(larger.negative, larger.magnitude - smaller.magnitude))
    }

    pub(crate) fn is_within(self, min: i128, max: u128) -> bool {
        if self.negative { min < 0 && self.magnitude <= min.unsigned_abs() } else { self.magnitude <= max }
    }

    pub(crate) fn negated(self) -> Self {
        Self::new(!self.negative, self.magnitude)
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        // What most numbers fit into is written faster.
        match u64::try_from(self.magnitude) {
            Ok(magnitude) => fmt::Display::fmt(&magnitude, f),
            Err(_) => fmt::Display::fmt(&self.magnitude, f),
        }
    }
}

/// Why a text is not the integer asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAnInteger {
    Malformed,
    TooLarge,
}

/// Reads a decimal integer as leniently as Python's `int()` does.
pub(crate) fn parse_integer(text: &str) -> Result<Integer, NotAnInteger> {
    let text = without_decoration(text).ok_or(NotAnInteger::Malformed)?;
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, &*text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAnInteger::Malformed);
    }
    // What most numbers fit into is read faster.
    let magnitude = digits.parse::<u64>().map(u128::from).or_else(|_| digits.parse());
    magnitude.map(|magnitude| Integer::new(negative, magnitude)).map_err(|_| NotAnInteger::TooLarge)
}

/// Reads a decimal float as leniently as Python's `float()` does.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    without_decoration(text)?.parse().ok()
}

/// Takes off what Python's number parsers skip: white space around, and single underscores between digits.
pub(crate) fn without_decoration(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim_matches(|c: char| matches!(c, ' ' | '\t'..='\r'));
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let well_placed = (0..bytes.len())
        .filter(|&at| bytes[at] == b'_')
        .all(|at| at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1)));
    well_placed.then(|| Cow::Owned(text.replace('_', "")))
}

/// Writes a float as Python's `repr` does: the fewest digits that say which float it is, of several such texts the
/// nearest, which Rust's own forms do not promise; an exponent from 1e16 on and below 1e-4.
pub(crate) fn python_repr<T: fmt::LowerExp + FromStr + PartialEq>(float: T) -> String {
    let shortest = format!("{float:e}");
    let Some((mantissa, _)) = shortest.split_once('e') else {
        return shortest.to_lowercase();
    };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let nearest = format!("{float:.*e}", digits - 1);
    let same = nearest.parse().is_ok_and(|read: T| read == float);
    laid_out(if same { &nearest } else { &shortest })
}

/// Lays out digits with an exponent, `-1.5e-7`, as Python does.
fn laid_out(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    match usize::try_from(exponent) {
        Err(_) => format!("{sign}0.{:0>width$}", digits, width = digits.len() + exponent.unsigned_abs() as usize - 1),
        Ok(whole) => {
            let digits = format!("{digits:0<width$}", width = whole + 2);
            let (whole, rest) = digits.split_at(whole + 1);
            format!("{sign}{whole}.{rest}")
        }
    }
}
