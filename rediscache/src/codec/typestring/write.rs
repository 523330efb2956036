//! Writes scalars in the form that async-rediscache has for them.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use serde::ser::{Error, Impossible, Serializer};

use super::tag;
use crate::codec::CodecError;
use crate::number::python_repr;

/// Appends a value that has a form of its own; `false` where it is a composite.
pub(super) fn scalar<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<bool, CodecError> {
    let start = out.len();
    match value.serialize(ScalarWriter { out }) {
        Ok(()) => Ok(true),
        Err(Refusal::Composite) => {
            out.truncate(start);
            Ok(false)
        }
        Err(Refusal::ByType) => Err("the type's own `Serialize` refused".into()),
    }
}

/// Writes what async-rediscache has a form for, and refuses the rest.
struct ScalarWriter<'a> {
    out: &'a mut Vec<u8>,
}

#[derive(Debug)]
enum Refusal {
    /// The value is no scalar: it is written in the composite form instead.
    Composite,
    /// The type's own `Serialize` refused. What it says may quote the value.
    ByType,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Composite => f.write_str("not a scalar"),
            Self::ByType => f.write_str("refused"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Error for Refusal {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::ByType
    }
}

impl ScalarWriter<'_> {
    fn tagged(self, tag: &str, text: &str) -> Result<(), Refusal> {
        self.out.reserve(tag.len() + text.len());
        self.out.extend_from_slice(tag.as_bytes());
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

macro_rules! integers {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Result<(), Refusal> {
            self.tagged(tag::INTEGER, itoa::Buffer::new().format(value))
        }
    )*};
}

macro_rules! composites {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$result, Refusal> {
            Err(Refusal::Composite)
        }
    )*};
}

impl Serializer for ScalarWriter<'_> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Impossible<(), Refusal>;
    type SerializeTuple = Self::SerializeSeq;
    type SerializeTupleStruct = Self::SerializeSeq;
    type SerializeTupleVariant = Self::SerializeSeq;
    type SerializeMap = Self::SerializeSeq;
    type SerializeStruct = Self::SerializeSeq;
    type SerializeStructVariant = Self::SerializeSeq;

    composites! {
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeSeq;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeSeq;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeSeq;
        serialize_map(Option<usize>) -> Self::SerializeSeq;
        serialize_struct(&'static str, usize) -> Self::SerializeSeq;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeSeq;
    }

    /// A newtype is stored as what it holds.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refusal> {
        value.serialize(self)
    }

    /// A variant without contents is stored as its name.
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Refusal> {
        Err(Refusal::Composite)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refusal> {
        Err(Refusal::Composite)
    }

    integers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refusal> {
        self.tagged(tag::FLOAT, &python_repr(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refusal> {
        self.tagged(tag::FLOAT, &python_repr(value))
    }

    fn serialize_bool(self, value: bool) -> Result<(), Refusal> {
        self.tagged(tag::BOOL, if value { "1" } else { "0" })
    }

    fn serialize_char(self, value: char) -> Result<(), Refusal> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refusal> {
        self.tagged(tag::TEXT, value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        self.out.extend_from_slice(tag::TEXT.as_bytes());
        write!(self.out, "{value}").map_err(|_| Refusal::ByType)
    }

    /// Other programs read scalars, and people do: what has a text of its own is stored as that. The composite forms
    /// are not readable, and what is none here is written to them anew.
    fn is_human_readable(&self) -> bool {
        true
    }
}
