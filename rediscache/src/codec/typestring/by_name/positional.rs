//! Items that stand by position, as a layout has them: bincode 2's standard form.

use bincode::BorrowDecode;
use bincode::config::{Configuration, standard};
use bincode::de::DecoderImpl;
use bincode::de::read::{BorrowReader, Reader};
use bincode::error::DecodeError;

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
        Scalar::I64 => signed(decode(input)?),
        Scalar::I128 | Scalar::U128 => read_wide(input, scalar)?,
        Scalar::U8 => unsigned(decode::<u8>(input)?.into()),
        Scalar::U16 => unsigned(decode::<u16>(input)?.into()),
        Scalar::U32 => unsigned(decode::<u32>(input)?.into()),
        Scalar::U64 => unsigned(decode(input)?),
        Scalar::F32 => Item::F32(decode(input)?),
        Scalar::F64 => Item::F64(decode(input)?),
        Scalar::Char => Item::Char(decode(input)?),
        Scalar::Text => Item::Text(decode(input)?),
        Scalar::Bytes => Item::Bytes(decode(input)?),
        Scalar::Unit => Item::Unit,
    })
}

/// By itself: what it needs of the stack would be there for every item.
#[cold]
#[inline(never)]
fn read_wide<'a>(input: &Input<'a>, scalar: Scalar) -> Result<Item<'a>, Misread> {
    Ok(match scalar {
        Scalar::I128 => Item::WideSigned(Some(scalar), decode::<i128>(input)?.into()),
        _ => Item::WideUnsigned(Some(scalar), decode::<u128>(input)?.into()),
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
    T::borrow_decode(&mut DecoderImpl::new(input, config, ())).map_err(|error| described(&error))
}

impl Reader for &Input<'_> {
    #[inline]
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), DecodeError> {
        bytes.copy_from_slice(self.take_bytes(bytes.len())?);
        Ok(())
    }

    #[inline]
    fn peek_read(&mut self, count: usize) -> Option<&[u8]> {
        self.rest().get(..count)
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.advance(count);
    }
}

impl<'a> BorrowReader<'a> for &Input<'a> {
    #[inline]
    fn take_bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let missing = count.saturating_sub(self.rest().len());
        let taken = self.rest().get(..count).ok_or(DecodeError::UnexpectedEnd { additional: missing })?;
        self.advance(count);
        Ok(taken)
    }
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
