//! The parts that MessagePack consists of. Writing them into memory does not fail.

use rmp::encode;

/// How many `Some`s stand around a nil.
pub(super) const SOMES: i8 = 1;
/// An integer above `u64::MAX`.
pub(super) const ABOVE: i8 = 2;
/// An integer below `i64::MIN`.
pub(super) const BELOW: i8 = 3;

/// What is written for a nil.
const NIL: u8 = 0xc0;

/// The first byte of an extension of one byte.
const FIXEXT_1: u8 = 0xd4;

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
    let _ = encode::write_bool(out, value);
}

pub(super) fn unsigned(value: u64, out: &mut Vec<u8>) {
    let _ = encode::write_uint(out, value);
}

/// As unsigned where it is not negative.
pub(super) fn signed(value: i64, out: &mut Vec<u8>) {
    let _ = encode::write_sint(out, value);
}

/// An integer beyond 64 bits, by which of the two it is.
pub(super) fn wide(kind: i8, bytes: [u8; 16], out: &mut Vec<u8>) {
    let _ = encode::write_ext_meta(out, 16, kind);
    out.extend_from_slice(&bytes);
}

pub(super) fn float_32(value: f32, out: &mut Vec<u8>) {
    let _ = encode::write_f32(out, value);
}

pub(super) fn float_64(value: f64, out: &mut Vec<u8>) {
    let _ = encode::write_f64(out, value);
}

/// `None` where it is too long.
pub(super) fn text(value: &str, out: &mut Vec<u8>) -> Option<()> {
    let _ = encode::write_str_len(out, length(value.len())?);
    out.extend_from_slice(value.as_bytes());
    Some(())
}

/// `None` where they are too many.
pub(super) fn bytes(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let _ = encode::write_bin_len(out, length(value.len())?);
    out.extend_from_slice(value);
    Some(())
}

/// What comes before so many parts; `None` where they are too many.
pub(super) fn head(kind: Kind, parts: usize, out: &mut Vec<u8>) -> Option<()> {
    let parts = length(parts)?;
    let _ = match kind {
        Kind::Array => encode::write_array_len(out, parts),
        Kind::Map => encode::write_map_len(out, parts),
    };
    Some(())
}

/// Puts another head in place of one that was written there.
pub(super) fn replace_head(kind: Kind, start: usize, old: usize, new: usize, out: &mut Vec<u8>) -> Option<()> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    head(kind, old, &mut before)?;
    head(kind, new, &mut after)?;
    out.splice(start..start + before.len(), after);
    Some(())
}

fn length(length: usize) -> Option<u32> {
    u32::try_from(length).ok()
}

/// Puts one more `Some` around what begins there, if that would be read as `None` otherwise; `None` where there are too
/// many of them.
pub(super) fn some(start: usize, out: &mut Vec<u8>) -> Option<()> {
    let somes = match out.get(start..) {
        Some([NIL]) => 1,
        Some([FIXEXT_1, kind, somes]) if i8::from_ne_bytes([*kind]) == SOMES => somes.checked_add(1)?,
        _ => return Some(()),
    };
    out.truncate(start);
    let _ = encode::write_ext_meta(out, 1, SOMES);
    out.push(somes);
    Some(())
}
