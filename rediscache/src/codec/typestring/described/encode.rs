//! The parts that MessagePack consists of, in as few bytes as hold them:
//! <https://github.com/msgpack/msgpack/blob/master/spec.md>.

use std::ops::Range;

/// How many `Some`s stand around a nil.
pub(super) const SOMES: u8 = 1;
/// An integer above `u64::MAX`.
pub(super) const ABOVE: u8 = 2;
/// An integer below `i64::MIN`.
pub(super) const BELOW: u8 = 3;

/// What is written for a nil.
const NIL: u8 = 0xc0;

const FALSE: u8 = 0xc2;
const TRUE: u8 = 0xc3;

/// The first byte of an extension of one byte.
const FIXEXT_1: u8 = 0xd4;

/// That of one of sixteen.
const FIXEXT_16: u8 = 0xd8;

/// What holds others: their number comes first.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Array,
    Map,
}

pub(super) fn nil(out: &mut Vec<u8>) {
    out.push(NIL);
}

pub(super) fn bool(value: bool, out: &mut Vec<u8>) {
    out.push(if value { TRUE } else { FALSE });
}

/// In as few bytes as hold it.
pub(super) fn unsigned(value: u64, out: &mut Vec<u8>) {
    match (u8::try_from(value), u16::try_from(value), u32::try_from(value)) {
        (Ok(value @ ..0x80), ..) => out.push(value),
        (Ok(value), ..) => put(0xcc, value.to_be_bytes(), out),
        (_, Ok(value), _) => put(0xcd, value.to_be_bytes(), out),
        (.., Ok(value)) => put(0xce, value.to_be_bytes(), out),
        _ => put(0xcf, value.to_be_bytes(), out),
    }
}

/// As unsigned where it is not negative.
pub(super) fn signed(value: i64, out: &mut Vec<u8>) {
    if let Ok(value) = u64::try_from(value) {
        return unsigned(value, out);
    }
    match (i8::try_from(value), i16::try_from(value), i32::try_from(value)) {
        (Ok(value @ -0x20..), ..) => out.extend_from_slice(&value.to_be_bytes()),
        (Ok(value), ..) => put(0xd0, value.to_be_bytes(), out),
        (_, Ok(value), _) => put(0xd1, value.to_be_bytes(), out),
        (.., Ok(value)) => put(0xd2, value.to_be_bytes(), out),
        _ => put(0xd3, value.to_be_bytes(), out),
    }
}

/// An integer beyond 64 bits, by which of the two it is.
pub(super) fn wide(kind: u8, bytes: [u8; 16], out: &mut Vec<u8>) {
    put(FIXEXT_16, [kind], out);
    out.extend_from_slice(&bytes);
}

pub(super) fn float_32(value: f32, out: &mut Vec<u8>) {
    put(0xca, value.to_be_bytes(), out);
}

pub(super) fn float_64(value: f64, out: &mut Vec<u8>) {
    put(0xcb, value.to_be_bytes(), out);
}

/// `None` where it is too long.
pub(super) fn text(value: &str, out: &mut Vec<u8>) -> Option<()> {
    length(value.len(), 0xa0..0xc0, Some(0xd9), [0xda, 0xdb], out)?;
    out.extend_from_slice(value.as_bytes());
    Some(())
}

/// `None` where they are too many.
pub(super) fn bytes(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    length(value.len(), 0..0, Some(0xc4), [0xc5, 0xc6], out)?;
    out.extend_from_slice(value);
    Some(())
}

/// What comes before so many parts; `None` where they are too many.
pub(super) fn head(kind: Kind, parts: usize, out: &mut Vec<u8>) -> Option<()> {
    match kind {
        Kind::Array => length(parts, 0x90..0xa0, None, [0xdc, 0xdd], out),
        Kind::Map => length(parts, 0x80..0x90, None, [0xde, 0xdf], out),
    }
}

/// Puts another head in place of one that was written there.
pub(super) fn replace_head(kind: Kind, start: usize, old: usize, new: usize, out: &mut Vec<u8>) -> Option<()> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    head(kind, old, &mut before)?;
    head(kind, new, &mut after)?;
    out.splice(start..start + before.len(), after);
    Some(())
}

/// A length in as few bytes as hold it: `alone` are the markers that hold it themselves, the others those before one byte, and before
/// two and four.
fn length(length: usize, alone: Range<u8>, short: Option<u8>, long: [u8; 2], out: &mut Vec<u8>) -> Option<()> {
    let marker = u8::try_from(length).ok().and_then(|length| alone.start.checked_add(length));
    match (marker.filter(|marker| alone.contains(marker)), short, u8::try_from(length), u16::try_from(length)) {
        (Some(marker), ..) => out.push(marker),
        (_, Some(marker), Ok(length), _) => put(marker, length.to_be_bytes(), out),
        (.., Ok(length)) => put(long[0], length.to_be_bytes(), out),
        _ => put(long[1], u32::try_from(length).ok()?.to_be_bytes(), out),
    }
    Some(())
}

fn put<const N: usize>(marker: u8, bytes: [u8; N], out: &mut Vec<u8>) {
    out.push(marker);
    out.extend_from_slice(&bytes);
}

/// Puts one more `Some` around what begins there, if that would be read as `None` otherwise; `None` where there are too
/// many of them.
pub(super) fn some(start: usize, out: &mut Vec<u8>) -> Option<()> {
    let somes = match out.get(start..) {
        Some([NIL]) => 1,
        Some([FIXEXT_1, SOMES, somes]) => somes.checked_add(1)?,
        _ => return Some(()),
    };
    out.truncate(start);
    put(FIXEXT_1, [SOMES, somes], out);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers_take_the_fewest_bytes() {
        let unsigned = |value| written(|out| unsigned(value, out));
        assert_eq!([unsigned(0), unsigned(0x7f)], [[0], [0x7f]]);
        assert_eq!([unsigned(0x80), unsigned(0xff)], [[0xcc, 0x80], [0xcc, 0xff]]);
        assert_eq!([unsigned(0x100), unsigned(0xffff)], [[0xcd, 1, 0], [0xcd, 0xff, 0xff]]);
        assert_eq!([unsigned(0x1_0000), unsigned(0xffff_ffff)], [[0xce, 0, 1, 0, 0], [0xce, 0xff, 0xff, 0xff, 0xff]]);
        assert_eq!(unsigned(0x1_0000_0000), [0xcf, 0, 0, 0, 1, 0, 0, 0, 0]);
        let signed = |value| written(|out| signed(value, out));
        assert_eq!([signed(0x7f), signed(-1), signed(-0x20)], [[0x7f], [0xff], [0xe0]]);
        assert_eq!([signed(0x80), signed(-0x21), signed(-0x80)], [[0xcc, 0x80], [0xd0, 0xdf], [0xd0, 0x80]]);
        assert_eq!([signed(-0x81), signed(-0x8000)], [[0xd1, 0xff, 0x7f], [0xd1, 0x80, 0]]);
        assert_eq!([signed(-0x8001), signed(-0x8000_0000)], [[0xd2, 0xff, 0xff, 0x7f, 0xff], [0xd2, 0x80, 0, 0, 0]]);
        assert_eq!(signed(-0x8000_0001), [0xd3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn lengths_take_the_fewest_bytes() {
        let text = |length| written(|out| text(&"a".repeat(length), out).unwrap_or_default())[..3].to_vec();
        assert_eq!([text(31), text(32), text(255)], [[0xbf, b'a', b'a'], [0xd9, 32, b'a'], [0xd9, 255, b'a']]);
        assert_eq!([text(256), text(0xffff), text(0x1_0000)], [[0xda, 1, 0], [0xda, 0xff, 0xff], [0xdb, 0, 1]]);
        let bytes = |length| written(|out| bytes(&vec![7; length], out).unwrap_or_default())[..2].to_vec();
        assert_eq!([bytes(1), bytes(255), bytes(256), bytes(0x1_0000)], [[0xc4, 1], [0xc4, 255], [0xc5, 1], [0xc6, 0]]);
        let head = |kind, parts| written(|out| head(kind, parts, out).unwrap_or_default());
        assert_eq!([head(Kind::Array, 0), head(Kind::Array, 15), head(Kind::Map, 15)], [[0x90], [0x9f], [0x8f]]);
        assert_eq!([head(Kind::Array, 16), head(Kind::Map, 0xffff)], [[0xdc, 0, 16], [0xde, 0xff, 0xff]]);
        assert_eq!([head(Kind::Array, 1 << 16), head(Kind::Map, 1 << 16)], [[0xdd, 0, 1, 0, 0], [0xdf, 0, 1, 0, 0]]);
    }
}
