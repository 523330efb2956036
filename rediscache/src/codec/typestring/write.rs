use std::fmt;

use serde::ser::{Error, Serializer};

use super::tag;
use crate::codec::scalar::only_scalars;
use crate::number::python_repr;

/// Writes what async-rediscache has a form for, and refuses the rest.
pub(super) struct ScalarWriter<'a> {
    pub(super) out: &'a mut Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Refusal {
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

impl Serializer for ScalarWriter<'_> {
    only_scalars!((), Refusal, Refusal::Composite);

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

    /// The composite form is not, and both must see the same shape.
    fn is_human_readable(&self) -> bool {
        false
    }
}
