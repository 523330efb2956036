//! Items of values that describe themselves: MessagePack.
//!
//! | stored | item |
//! |---|---|
//! | nil | `None`, or unit |
//! | fixext 1 of type 1 | nil in so many `Some`s; any other `Some` is what it holds |
//! | fixext 16 of type 2 and 3 | a `u128` or `i128` of more than 64 bits, big-endian |
//! | map of one | it, or a variant with its contents |
//!
//! Everything else is what MessagePack calls it.

use rmp::Marker;

use super::input::Input;
use super::item::Item;
use super::misread::{Misread, Reason};
use crate::shape::Layout;

const SOME: u8 = 1;
const UNSIGNED: u8 = 2;
const SIGNED: u8 = 3;

pub(super) fn read<'a>(input: &Input<'a>) -> Result<Item<'a>, Misread> {
    let [marker] = input.take_array()?;
    let unsigned = |value: u64| Ok(Item::Unsigned(None, value));
    let signed = |value: i64| Ok(Item::Signed(None, value));
    match Marker::from_u8(marker) {
        Marker::Null => Ok(Item::Nil(0)),
        Marker::False => Ok(Item::Bool(false)),
        Marker::True => Ok(Item::Bool(true)),
        Marker::FixPos(value) => unsigned(value.into()),
        Marker::U8 => unsigned(u8::from_be_bytes(input.take_array()?).into()),
        Marker::U16 => unsigned(u16::from_be_bytes(input.take_array()?).into()),
        Marker::U32 => unsigned(u32::from_be_bytes(input.take_array()?).into()),
        Marker::U64 => unsigned(u64::from_be_bytes(input.take_array()?)),
        Marker::FixNeg(value) => signed(value.into()),
        Marker::I8 => signed(i8::from_be_bytes(input.take_array()?).into()),
        Marker::I16 => signed(i16::from_be_bytes(input.take_array()?).into()),
        Marker::I32 => signed(i32::from_be_bytes(input.take_array()?).into()),
        Marker::I64 => signed(i64::from_be_bytes(input.take_array()?)),
        Marker::F32 => Ok(Item::F32(f32::from_be_bytes(input.take_array()?))),
        Marker::F64 => Ok(Item::F64(f64::from_be_bytes(input.take_array()?))),
        Marker::FixStr(length) => text(input, length.into()),
        Marker::FixArray(length) => array(input, length.into()),
        Marker::FixMap(length) => map(input, length.into()),
        Marker::FixExt1 => some(input),
        Marker::FixExt16 => wide(input),
        other => read_sized(input, other),
    }
}

/// What has its length in bytes of its own.
fn read_sized<'a>(input: &Input<'a>, marker: Marker) -> Result<Item<'a>, Misread> {
    let short = || input.take_array().map(|[length]| usize::from(u8::from_be_bytes([length])));
    let medium = || input.take_array().map(|bytes| usize::from(u16::from_be_bytes(bytes)));
    let long = || usize::try_from(u32::from_be_bytes(input.take_array()?)).map_err(|_| Reason::OutOfBounds.into());
    match marker {
        Marker::Str8 => text(input, short()?),
        Marker::Str16 => text(input, medium()?),
        Marker::Str32 => text(input, long()?),
        Marker::Bin8 => short().and_then(|length| input.take(length)).map(Item::Bytes),
        Marker::Bin16 => medium().and_then(|length| input.take(length)).map(Item::Bytes),
        Marker::Bin32 => long().and_then(|length| input.take(length)).map(Item::Bytes),
        Marker::Array16 => array(input, medium()?),
        Marker::Array32 => array(input, long()?),
        Marker::Map16 => map(input, medium()?),
        Marker::Map32 => map(input, long()?),
        _ => Err(malformed()),
    }
}

fn text<'a>(input: &Input<'a>, length: usize) -> Result<Item<'a>, Misread> {
    let text = std::str::from_utf8(input.take(length)?);
    text.map(Item::Text).map_err(|_| Reason::Malformed("it holds text that is not UTF-8").into())
}

fn array<'a>(input: &Input<'a>, length: usize) -> Result<Item<'a>, Misread> {
    input.check_length(length)?;
    Ok(Item::Sequence(Layout::WHOLE, length))
}

fn map<'a>(input: &Input<'a>, length: usize) -> Result<Item<'a>, Misread> {
    input.check_length(length)?;
    Ok(Item::Map { key: Layout::WHOLE, value: Layout::WHOLE, length })
}

fn some<'a>(input: &Input<'a>) -> Result<Item<'a>, Misread> {
    match input.take_array()? {
        [SOME, levels] if levels > 0 => Ok(Item::Nil(levels)),
        _ => Err(malformed()),
    }
}

fn wide<'a>(input: &Input<'a>) -> Result<Item<'a>, Misread> {
    match input.take_array()? {
        [UNSIGNED] => Ok(Item::WideUnsigned(None, u128::from_be_bytes(input.take_array()?).into())),
        [SIGNED] => Ok(Item::WideSigned(None, i128::from_be_bytes(input.take_array()?).into())),
        _ => Err(malformed()),
    }
}

#[cold]
fn malformed() -> Misread {
    Reason::Malformed("it is not what describes a value").into()
}
