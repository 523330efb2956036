//! Writes a value by position, only as far as it is what its layout says, with bounds that the reader has, too.
//!
//! A serializer of its own, since one around bincode's takes a `set` a fifth of its time: bincode writes each number and
//! text, and what comes between them is no more than the lengths and indices that it has there.

use std::fmt::Display;

use bincode::config::Configuration;
use bincode::enc::write::Writer;
use bincode::enc::{Encode, EncoderImpl};
use bincode::error::EncodeError;
use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use super::spot::{AheadInMap, AheadInStruct, AheadInTuple, Spot};
use crate::shape::Scalar;

/// Where the bytes go.
pub(super) type Output<'o> = EncoderImpl<Appended<'o>, Configuration>;

/// Appends what is written.
pub(super) struct Appended<'o>(pub(super) &'o mut Vec<u8>);

impl Writer for Appended<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// It was not written to its end: the check knows why, or the type's own `Serialize` refused.
#[derive(Debug)]
pub(super) struct Unwritten;

impl Display for Unwritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Unwritten {}

impl Error for Unwritten {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Writes the value that stands at this spot.
pub(super) struct CheckedWriter<'a, 'w, 'o> {
    output: &'w mut Output<'o>,
    spot: Spot<'a>,
}

impl<'a, 'w, 'o> CheckedWriter<'a, 'w, 'o> {
    #[inline]
    pub(super) fn new(output: &'w mut Output<'o>, spot: Spot<'a>) -> Self {
        Self { output, spot }
    }

    #[inline]
    fn put(&mut self, part: &(impl Encode + ?Sized)) -> Result<(), Unwritten> {
        part.encode(self.output).map_err(|_| Unwritten)
    }

    #[inline]
    fn parts<A>(self, ahead: A) -> CheckedParts<'w, 'o, A> {
        CheckedParts { output: self.output, ahead }
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty) $scalar:ident;)*) => {$(
        #[inline]
        fn $method(mut self, value: $type) -> Result<(), Unwritten> {
            self.spot.scalar(Scalar::$scalar)?;
            self.put(&value)
        }
    )*};
}

impl<'a, 'w, 'o> Serializer for CheckedWriter<'a, 'w, 'o> {
    type Ok = ();
    type Error = Unwritten;
    type SerializeSeq = CheckedParts<'w, 'o, AheadInTuple<'a>>;
    type SerializeTuple = Self::SerializeSeq;
    type SerializeTupleStruct = Self::SerializeSeq;
    type SerializeTupleVariant = Self::SerializeSeq;
    type SerializeMap = CheckedParts<'w, 'o, AheadInMap<'a>>;
    type SerializeStruct = CheckedParts<'w, 'o, AheadInStruct<'a>>;
    type SerializeStructVariant = Self::SerializeStruct;

    scalars! {
        serialize_bool(bool) Bool;
        serialize_i8(i8) I8; serialize_i16(i16) I16; serialize_i32(i32) I32; serialize_i64(i64) I64;
        serialize_i128(i128) I128;
        serialize_u8(u8) U8; serialize_u16(u16) U16; serialize_u32(u32) U32; serialize_u64(u64) U64;
        serialize_u128(u128) U128;
        serialize_f32(f32) F32; serialize_f64(f64) F64;
        serialize_char(char) Char; serialize_str(&str) Text; serialize_bytes(&[u8]) Bytes;
    }

    fn serialize_unit(self) -> Result<(), Unwritten> {
        self.spot.unit()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritten> {
        self.spot.unit()
    }

    #[inline]
    fn serialize_none(mut self) -> Result<(), Unwritten> {
        self.spot.option::<Unwritten>()?;
        self.put(&0_u8)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), Unwritten> {
        let inner = self.spot.option()?;
        self.put(&1_u8)?;
        value.serialize(CheckedWriter::new(self.output, inner))
    }

    /// What it holds stands at the same place.
    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritten> {
        let inner = self.spot.nested()?;
        value.serialize(CheckedWriter::new(self.output, inner))
    }

    #[inline]
    fn serialize_unit_variant(mut self, _: &'static str, index: u32, variant: &'static str) -> Result<(), Unwritten> {
        self.spot.unit_variant(index, variant)?;
        self.put(&index)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritten> {
        let inner = self.spot.newtype_variant(index, variant)?;
        self.put(&index)?;
        value.serialize(CheckedWriter::new(self.output, inner))
    }

    #[inline]
    fn serialize_seq(mut self, length: Option<usize>) -> Result<Self::SerializeSeq, Unwritten> {
        let ahead = self.spot.sequence(length)?;
        self.put(&length.unwrap_or_default())?;
        Ok(self.parts(ahead))
    }

    #[inline]
    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, Unwritten> {
        let ahead = self.spot.tuple(length)?;
        Ok(self.parts(ahead))
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self::SerializeTupleStruct, Unwritten> {
        self.serialize_tuple(length)
    }

    #[inline]
    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritten> {
        let ahead = self.spot.tuple_variant(index, variant, length)?;
        self.put(&index)?;
        Ok(self.parts(ahead))
    }

    #[inline]
    fn serialize_map(mut self, length: Option<usize>) -> Result<Self::SerializeMap, Unwritten> {
        let ahead = self.spot.map(length)?;
        self.put(&length.unwrap_or_default())?;
        Ok(self.parts(ahead))
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Self::SerializeStruct, Unwritten> {
        let ahead = self.spot.structure(length)?;
        Ok(self.parts(ahead))
    }

    #[inline]
    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritten> {
        let ahead = self.spot.struct_variant(index, variant, length)?;
        self.put(&index)?;
        Ok(self.parts(ahead))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// Writes the parts of a composite.
pub(super) struct CheckedParts<'w, 'o, A> {
    output: &'w mut Output<'o>,
    ahead: A,
}

macro_rules! tuples {
    ($($compound:ident, $method:ident;)*) => {$(
        impl $compound for CheckedParts<'_, '_, AheadInTuple<'_>> {
            type Ok = ();
            type Error = Unwritten;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritten> {
                let spot = self.ahead.next()?;
                value.serialize(CheckedWriter::new(self.output, spot))
            }

            #[inline]
            fn end(self) -> Result<(), Unwritten> {
                self.ahead.end()
            }
        }
    )*};
}

tuples! {
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field;
}

macro_rules! structs {
    ($($compound:ident)*) => {$(
        impl $compound for CheckedParts<'_, '_, AheadInStruct<'_>> {
            type Ok = ();
            type Error = Unwritten;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritten> {
                let spot = self.ahead.next(name)?;
                value.serialize(CheckedWriter::new(self.output, spot))
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), Unwritten> {
                self.ahead.skip()
            }

            #[inline]
            fn end(self) -> Result<(), Unwritten> {
                self.ahead.end()
            }
        }
    )*};
}

structs!(SerializeStruct SerializeStructVariant);

impl SerializeMap for CheckedParts<'_, '_, AheadInMap<'_>> {
    type Ok = ();
    type Error = Unwritten;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritten> {
        let spot = self.ahead.next_key()?;
        key.serialize(CheckedWriter::new(self.output, spot))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritten> {
        value.serialize(CheckedWriter::new(self.output, self.ahead.value))
    }

    fn end(self) -> Result<(), Unwritten> {
        self.ahead.end()
    }
}

#[cfg(test)]
mod tests;
