//! Writes a value only as far as it is what its layout says, with bounds that the reader has, too.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use super::spot::{AheadInMap, AheadInStruct, AheadInTuple, Spot};
use crate::shape::Scalar;

/// Checks whatever it wraps, a value or a serializer, which stands at this spot.
pub(super) struct Checked<'a, T> {
    inner: T,
    spot: Spot<'a>,
}

impl<'a, T> Checked<'a, T> {
    pub(super) fn new(inner: T, spot: Spot<'a>) -> Self {
        Self { inner, spot }
    }
}

impl<T: Serialize + ?Sized> Serialize for Checked<'_, &T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inner.serialize(Checked::new(serializer, self.spot))
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty) $scalar:ident;)*) => {$(
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.spot.scalar(Scalar::$scalar)?;
            self.inner.$method(value)
        }
    )*};
}

impl<'a, S: Serializer> Serializer for Checked<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = CheckedParts<AheadInTuple<'a>, S::SerializeSeq>;
    type SerializeTuple = CheckedParts<AheadInTuple<'a>, S::SerializeTuple>;
    type SerializeTupleStruct = CheckedParts<AheadInTuple<'a>, S::SerializeTupleStruct>;
    type SerializeTupleVariant = CheckedParts<AheadInTuple<'a>, S::SerializeTupleVariant>;
    type SerializeMap = CheckedParts<AheadInMap<'a>, S::SerializeMap>;
    type SerializeStruct = CheckedParts<AheadInStruct<'a>, S::SerializeStruct>;
    type SerializeStructVariant = CheckedParts<AheadInStruct<'a>, S::SerializeStructVariant>;

    scalars! {
        serialize_bool(bool) Bool;
        serialize_i8(i8) I8; serialize_i16(i16) I16; serialize_i32(i32) I32; serialize_i64(i64) I64;
        serialize_i128(i128) I128;
        serialize_u8(u8) U8; serialize_u16(u16) U16; serialize_u32(u32) U32; serialize_u64(u64) U64;
        serialize_u128(u128) U128;
        serialize_f32(f32) F32; serialize_f64(f64) F64;
        serialize_char(char) Char; serialize_str(&str) Text; serialize_bytes(&[u8]) Bytes;
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.spot.scalar(Scalar::Text)?;
        self.inner.collect_str(value)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.spot.unit()?;
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.spot.unit()?;
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.spot.option()?;
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = Checked::new(value, self.spot.option()?);
        self.inner.serialize_some(&value)
    }

    /// What it holds stands at the same place.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        let value = Checked::new(value, self.spot.nested()?);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.spot.unit_variant(index, variant)?;
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Checked::new(value, self.spot.newtype_variant(index, variant)?);
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let ahead = self.spot.sequence(length)?;
        Ok(CheckedParts { inner: self.inner.serialize_seq(length)?, ahead })
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        let ahead = self.spot.tuple(length)?;
        Ok(CheckedParts { inner: self.inner.serialize_tuple(length)?, ahead })
    }

    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeTupleStruct, S::Error> {
        let ahead = self.spot.tuple(length)?;
        Ok(CheckedParts { inner: self.inner.serialize_tuple_struct(name, length)?, ahead })
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let ahead = self.spot.tuple_variant(index, variant, length)?;
        Ok(CheckedParts { inner: self.inner.serialize_tuple_variant(name, index, variant, length)?, ahead })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        let ahead = self.spot.map(length)?;
        Ok(CheckedParts { inner: self.inner.serialize_map(length)?, ahead })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        let ahead = self.spot.structure(length)?;
        Ok(CheckedParts { inner: self.inner.serialize_struct(name, length)?, ahead })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let ahead = self.spot.struct_variant(index, variant, length)?;
        Ok(CheckedParts { inner: self.inner.serialize_struct_variant(name, index, variant, length)?, ahead })
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Checks the parts of a composite.
pub(super) struct CheckedParts<A, C> {
    inner: C,
    ahead: A,
}

macro_rules! tuples {
    ($($compound:ident, $method:ident;)*) => {$(
        impl<C: $compound> $compound for CheckedParts<AheadInTuple<'_>, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                let spot = self.ahead.next()?;
                self.inner.$method(&Checked::new(value, spot))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.ahead.end()?;
                self.inner.end()
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
        impl<C: $compound> $compound for CheckedParts<AheadInStruct<'_>, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), C::Error> {
                let spot = self.ahead.next(name)?;
                self.inner.serialize_field(name, &Checked::new(value, spot))
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), C::Error> {
                self.ahead.skip()
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.ahead.end()?;
                self.inner.end()
            }
        }
    )*};
}

structs!(SerializeStruct SerializeStructVariant);

impl<C: SerializeMap> SerializeMap for CheckedParts<AheadInMap<'_>, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        let spot = self.ahead.next_key()?;
        self.inner.serialize_key(&Checked::new(key, spot))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&Checked::new(value, self.ahead.value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.ahead.end()?;
        self.inner.end()
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Serializer};

    use super::super::positional::{self, NotWritten};
    use super::*;
    use crate::shape::{FIRST_VERSION, Schema};

    fn written<T: Serialize + DeserializeOwned + 'static>(value: &T) -> Result<(), NotWritten> {
        positional::write(value, &Schema::of::<T>(FIRST_VERSION).layout, &mut Vec::new())
    }

    #[track_caller]
    fn fits<T: Serialize + DeserializeOwned + 'static>(value: &T) {
        assert!(matches!(written(value), Ok(())));
    }

    #[track_caller]
    fn differs<T: Serialize + DeserializeOwned + 'static>(value: &T) {
        assert!(matches!(written(value), Err(NotWritten::Differs)));
    }

    fn is_zero(number: &u8) -> bool {
        *number == 0
    }

    fn as_text<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    #[derive(Default, Serialize, Deserialize)]
    struct Skipping {
        #[serde(default, skip_serializing_if = "is_zero")]
        a: u8,
        b: u8,
    }

    #[derive(Serialize, Deserialize)]
    struct Renamed {
        #[serde(rename(serialize = "other"))]
        a: u8,
    }

    #[derive(Serialize, Deserialize)]
    struct With {
        #[serde(serialize_with = "as_text")]
        a: u8,
    }

    #[derive(Clone, Serialize, Deserialize)]
    #[serde(into = "Option<u8>")]
    struct Into {
        a: u8,
    }

    impl From<Into> for Option<u8> {
        fn from(Into { a }: Into) -> Self {
            Some(a)
        }
    }

    #[test]
    fn what_attributes_make_different_is_noticed() {
        fits(&Skipping { a: 1, b: 2 });
        differs(&Skipping { a: 0, b: 2 });
        differs(&vec![Skipping { a: 1, b: 2 }, Skipping::default()]);
        differs(&Renamed { a: 1 });
        differs(&With { a: 1 });
        differs(&Into { a: 1 });
    }

    #[derive(Serialize, Deserialize)]
    enum Aliased {
        Plain,
        #[serde(alias = "Old")]
        New(u8),
    }

    #[derive(Serialize, Deserialize)]
    enum Skipped {
        A,
        #[serde(skip)]
        #[expect(dead_code, reason = "it is skipped")]
        B,
        C,
    }

    #[test]
    fn variants_are_those_that_the_layout_has_at_their_index() {
        fits(&Aliased::Plain);
        differs(&Aliased::New(1));
        fits(&Skipped::A);
        // serde counts what is skipped while it writes, and does not while it reads.
        differs(&Skipped::C);
    }
}
