//! Writes what serde tells of a value.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use super::along::Along;
use super::encode::{self, Kind};
use crate::codec::typestring::limit::{DEEPEST, TOO_DEEP};

/// Why a value has no form here.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// What the type says may quote the value.
    ByType,
    TooDeep,
    TooLong,
    TooManySomes,
    TooWide,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByType => "the type's own `Serialize` refused",
            Self::TooDeep => TOO_DEEP,
            Self::TooLong => "a part of it has more than 4294967295 bytes or elements",
            Self::TooManySomes => "more than 255 `Some`s are around nothing",
            Self::TooWide => "a 128-bit integer has no form where a type asks what is stored",
        })
    }
}

impl std::error::Error for Obstacle {}

impl Error for Obstacle {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::ByType
    }
}

/// Appends a value that stands there in its layout, and has so many levels left.
pub(super) struct DescribedWriter<'a> {
    out: &'a mut Vec<u8>,
    along: Along<'a>,
    depth: u32,
    is_readable: bool,
}

impl<'a> DescribedWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, along: Along<'a>, is_readable: bool) -> Self {
        Self { out, along, depth: DEEPEST, is_readable }
    }

    /// The same place, one level further down.
    fn nested(self) -> Result<Self, Obstacle> {
        let depth = self.depth.checked_sub(1).ok_or(Obstacle::TooDeep)?;
        Ok(Self { depth, ..self })
    }

    fn open(self, kind: Kind, announced: Option<usize>) -> Result<DescribedParts<'a>, Obstacle> {
        let (inside, announced) = (self.nested()?, announced.unwrap_or_default());
        let start = inside.out.len();
        encode::head(kind, announced, inside.out).ok_or(Obstacle::TooLong)?;
        Ok(DescribedParts { inside, kind, start, announced, parts: 0 })
    }

    /// Goes on to what a variant holds.
    fn variant(self, name: &str) -> Result<Self, Obstacle> {
        let inside = self.nested()?;
        encode::head(Kind::Map, 1, inside.out).ok_or(Obstacle::TooLong)?;
        encode::text(name, inside.out).ok_or(Obstacle::TooLong)?;
        Ok(Self { along: inside.along.variant(name), ..inside })
    }

    fn wide(self, kind: u8, bytes: [u8; 16]) -> Result<(), Obstacle> {
        if !self.along.takes_wide() {
            return Err(Obstacle::TooWide);
        }
        encode::wide(kind, bytes, self.out);
        Ok(())
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty) $encode:ident;)*) => {$(
        fn $method(self, value: $type) -> Result<(), Obstacle> {
            encode::$encode(value.into(), self.out);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for DescribedWriter<'a> {
    type Ok = ();
    type Error = Obstacle;
    type SerializeSeq = DescribedParts<'a>;
    type SerializeTuple = DescribedParts<'a>;
    type SerializeTupleStruct = DescribedParts<'a>;
    type SerializeTupleVariant = DescribedParts<'a>;
    type SerializeMap = DescribedParts<'a>;
    type SerializeStruct = DescribedParts<'a>;
    type SerializeStructVariant = DescribedParts<'a>;

    scalars! {
        serialize_bool(bool) bool;
        serialize_i8(i8) signed; serialize_i16(i16) signed; serialize_i32(i32) signed; serialize_i64(i64) signed;
        serialize_u8(u8) unsigned; serialize_u16(u16) unsigned; serialize_u32(u32) unsigned;
        serialize_u64(u64) unsigned;
        serialize_f32(f32) float_32; serialize_f64(f64) float_64;
    }

    fn serialize_i128(self, value: i128) -> Result<(), Obstacle> {
        match (u128::try_from(value), i64::try_from(value)) {
            (Ok(value), _) => self.serialize_u128(value),
            (_, Ok(value)) => self.serialize_i64(value),
            _ => self.wide(encode::BELOW, value.to_be_bytes()),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), Obstacle> {
        match u64::try_from(value) {
            Ok(value) => self.serialize_u64(value),
            Err(_) => self.wide(encode::ABOVE, value.to_be_bytes()),
        }
    }

    fn serialize_char(self, value: char) -> Result<(), Obstacle> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Obstacle> {
        encode::text(value, self.out).ok_or(Obstacle::TooLong)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Obstacle> {
        encode::bytes(value, self.out).ok_or(Obstacle::TooLong)
    }

    fn serialize_none(self) -> Result<(), Obstacle> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Obstacle> {
        let Self { out, along, depth, is_readable } = self.nested()?;
        let start = out.len();
        value.serialize(DescribedWriter { out: &mut *out, along: along.option(), depth, is_readable })?;
        encode::some(start, out).ok_or(Obstacle::TooManySomes)
    }

    fn serialize_unit(self) -> Result<(), Obstacle> {
        encode::nil(self.out);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Obstacle> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Obstacle> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Obstacle> {
        value.serialize(self.nested()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Obstacle> {
        let inside = self.variant(variant)?;
        value.serialize(Self { along: inside.along.newtype(), ..inside })
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<DescribedParts<'a>, Obstacle> {
        self.open(Kind::Array, length)
    }

    fn serialize_tuple(self, length: usize) -> Result<DescribedParts<'a>, Obstacle> {
        self.open(Kind::Array, Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<DescribedParts<'a>, Obstacle> {
        self.open(Kind::Array, Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<DescribedParts<'a>, Obstacle> {
        self.variant(variant)?.open(Kind::Array, Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<DescribedParts<'a>, Obstacle> {
        self.open(Kind::Map, length)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<DescribedParts<'a>, Obstacle> {
        self.open(Kind::Map, Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<DescribedParts<'a>, Obstacle> {
        self.variant(variant)?.open(Kind::Map, Some(length))
    }

    fn is_human_readable(&self) -> bool {
        self.is_readable
    }
}

/// Writes the parts of an array or map.
pub(super) struct DescribedParts<'a> {
    /// Where the parts go, and the place of the whole.
    inside: DescribedWriter<'a>,
    kind: Kind,
    /// Where the head is.
    start: usize,
    announced: usize,
    parts: usize,
}

impl DescribedParts<'_> {
    fn write<T: Serialize + ?Sized>(&mut self, along: Along<'_>, value: &T) -> Result<(), Obstacle> {
        let DescribedWriter { out, depth, is_readable, .. } = &mut self.inside;
        value.serialize(DescribedWriter { out, along, depth: *depth, is_readable: *is_readable })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Obstacle> {
        self.write(self.inside.along.element(self.parts), value)?;
        self.parts += 1;
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Obstacle> {
        encode::text(name, self.inside.out).ok_or(Obstacle::TooLong)?;
        self.write(self.inside.along.field(self.parts, name), value)?;
        self.parts += 1;
        Ok(())
    }

    /// Tells how many parts there are, if it was not known, or other than announced.
    fn close(self) -> Result<(), Obstacle> {
        let Self { inside, kind, start, announced, parts } = self;
        if parts == announced {
            return Ok(());
        }
        encode::replace_head(kind, start, announced, parts, inside.out).ok_or(Obstacle::TooLong)
    }
}

macro_rules! arrays {
    ($($compound:ident $method:ident;)*) => {$(
        impl $compound for DescribedParts<'_> {
            type Ok = ();
            type Error = Obstacle;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Obstacle> {
                self.element(value)
            }

            fn end(self) -> Result<(), Obstacle> {
                self.close()
            }
        }
    )*};
}

arrays! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! structs {
    ($($compound:ident)*) => {$(
        impl $compound for DescribedParts<'_> {
            type Ok = ();
            type Error = Obstacle;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Obstacle> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Obstacle> {
                self.close()
            }
        }
    )*};
}

structs!(SerializeStruct SerializeStructVariant);

impl SerializeMap for DescribedParts<'_> {
    type Ok = ();
    type Error = Obstacle;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Obstacle> {
        self.write(self.inside.along.key(), key)?;
        self.parts += 1;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Obstacle> {
        self.write(self.inside.along.value(), value)
    }

    fn end(self) -> Result<(), Obstacle> {
        self.close()
    }
}
