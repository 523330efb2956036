//! Items of values that describe themselves: MessagePack.
//!
//! | stored | item |
//! |---|---|
//! | nil | `None`, or unit |
//! | fixext 1 of type 1 | nil in so many `Some`s; any other `Some` is what it holds |
//! | fixext 16 of type 2 and 3 | a `u128` or `i128` of more than 64 bits, big-endian |
//! | map of one | it, or a variant with its contents |
//!
//! Everything else is what MessagePack calls it: <https://github.com/msgpack/msgpack/blob/master/spec.md>.

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
    match marker {
        0x00..0x80 => unsigned(marker.into()),
        0x80..0x90 => map(input, (marker & 0x0f).into()),
        0x90..0xa0 => array(input, (marker & 0x0f).into()),
        0xa0..0xc0 => text(input, (marker & 0x1f).into()),
        0xc0 => Ok(Item::Nil(0)),
        0xc2 => Ok(Item::Bool(false)),
        0xc3 => Ok(Item::Bool(true)),
        0xca => Ok(Item::F32(f32::from_be_bytes(input.take_array()?))),
        0xcb => Ok(Item::F64(f64::from_be_bytes(input.take_array()?))),
        0xcc => unsigned(u8::from_be_bytes(input.take_array()?).into()),
        0xcd => unsigned(u16::from_be_bytes(input.take_array()?).into()),
        0xce => unsigned(u32::from_be_bytes(input.take_array()?).into()),
        0xcf => unsigned(u64::from_be_bytes(input.take_array()?)),
        0xd0 => signed(i8::from_be_bytes(input.take_array()?).into()),
        0xd1 => signed(i16::from_be_bytes(input.take_array()?).into()),
        0xd2 => signed(i32::from_be_bytes(input.take_array()?).into()),
        0xd3 => signed(i64::from_be_bytes(input.take_array()?)),
        0xd4 => some(input),
        0xd8 => wide(input),
        0xe0.. => signed(i8::from_be_bytes([marker]).into()),
        _ => read_sized(input, marker),
    }
}

/// What has its length in bytes of its own.
fn read_sized<'a>(input: &Input<'a>, marker: u8) -> Result<Item<'a>, Misread> {
    let short = || input.take_array().map(|[length]| usize::from(u8::from_be_bytes([length])));
    let medium = || input.take_array().map(|bytes| usize::from(u16::from_be_bytes(bytes)));
    let long = || usize::try_from(u32::from_be_bytes(input.take_array()?)).map_err(|_| Reason::OutOfBounds.into());
    match marker {
        0xd9 => text(input, short()?),
        0xda => text(input, medium()?),
        0xdb => text(input, long()?),
        0xc4 => short().and_then(|length| input.take(length)).map(Item::Bytes),
        0xc5 => medium().and_then(|length| input.take(length)).map(Item::Bytes),
        0xc6 => long().and_then(|length| input.take(length)).map(Item::Bytes),
        0xdc => array(input, medium()?),
        0xdd => array(input, long()?),
        0xde => map(input, medium()?),
        0xdf => map(input, long()?),
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
