//! Items that stand by position, as a layout has them: bincode 2's standard form.

use bincode::config::{Configuration, standard};
use bincode::error::DecodeError;
use bincode::{BorrowDecode, borrow_decode_from_slice};

use super::input::Input;
use super::item::{Item, UNKNOWN};
use super::misread::{Misread, Reason};
use crate::shape::{Layout, Place, PlaceId, Scalar};

pub(super) fn read<'a>(input: &Input<'a>, layout: &'a Layout, place: PlaceId) -> Result<Item<'a>, Misread> {
    Ok(match layout.at(place) {
        Place::Scalar(scalar) => read_scalar(input, *scalar)?,
        Place::Struct(fields) => Item::Struct(fields),
        Place::Option(inner) => match decode::<u8>(input)? {
            0 => Item::None,
            1 => Item::Some(*inner),
            _ => return Err(malformed()),
        },
        Place::Sequence(inner) => Item::Sequence(*inner, read_length(input)?),
        Place::Map(key, value) => Item::Map { key: *key, value: *value, length: read_length(input)? },
        Place::Tuple(places) => Item::Tuple(places),
        Place::Array(inner, length) => Item::Array(*inner, *length),
        Place::Enum(variants) => {
            let index = usize::try_from(decode::<u32>(input)?).map_err(|_| malformed())?;
            Item::Variant(variants.get(index).ok_or_else(malformed)?)
        }
        Place::Unknown => return Err(Reason::Malformed(UNKNOWN).into()),
    })
}

fn read_scalar<'a>(input: &Input<'a>, scalar: Scalar) -> Result<Item<'a>, Misread> {
    let (signed, unsigned) = (|value| Item::Signed(Some(scalar), value), |value| Item::Unsigned(Some(scalar), value));
    Ok(match scalar {
        Scalar::Bool => Item::Bool(decode(input)?),
        Scalar::I8 => signed(decode::<i8>(input)?.into()),
        Scalar::I16 => signed(decode::<i16>(input)?.into()),
        Scalar::I32 => signed(decode::<i32>(input)?.into()),
        Scalar::I64 => signed(decode::<i64>(input)?.into()),
        Scalar::I128 => signed(decode(input)?),
        Scalar::U8 => unsigned(decode::<u8>(input)?.into()),
        Scalar::U16 => unsigned(decode::<u16>(input)?.into()),
        Scalar::U32 => unsigned(decode::<u32>(input)?.into()),
        Scalar::U64 => unsigned(decode::<u64>(input)?.into()),
        Scalar::U128 => unsigned(decode(input)?),
        Scalar::F32 => Item::F32(decode(input)?),
        Scalar::F64 => Item::F64(decode(input)?),
        Scalar::Char => Item::Char(decode(input)?),
        Scalar::Text => Item::Text(decode(input)?),
        Scalar::Bytes => Item::Bytes(decode(input)?),
        Scalar::Unit => Item::Unit,
    })
}

#[inline]
fn read_length(input: &Input<'_>) -> Result<usize, Misread> {
    let length = usize::try_from(decode::<u64>(input)?).map_err(|_| Reason::OutOfBounds)?;
    input.check_length(length)?;
    Ok(length)
}

#[inline]
fn decode<'a, T: BorrowDecode<'a, ()>>(input: &Input<'a>) -> Result<T, Misread> {
    let config: Configuration = standard();
    let (value, used) = borrow_decode_from_slice(input.rest(), config).map_err(|error| described(&error))?;
    input.advance(used);
    Ok(value)
}

/// What is wrong, without bincode's own text, which may quote the value.
#[cold]
fn described(error: &DecodeError) -> Misread {
    match error {
        DecodeError::UnexpectedEnd { .. } => Reason::Malformed("it ends too early").into(),
        DecodeError::Utf8 { .. } => Reason::Malformed("it holds text that is not UTF-8").into(),
        _ => malformed(),
    }
}

#[cold]
fn malformed() -> Misread {
    Reason::Malformed("it is not of the shape that it was written in").into()
}
