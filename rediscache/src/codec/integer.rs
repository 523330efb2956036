use std::fmt;

use serde::ser::{Error, Impossible, Serialize, Serializer};

/// The number that `value` describes itself as, beneath newtypes, if it is a whole one from zero on.
#[inline]
pub(super) fn integer<T: Serialize + ?Sized>(value: &T, is_human_readable: bool) -> Option<u64> {
    value.serialize(Asker { is_human_readable }).ok()
}

/// Asks a value for the number that it is, and goes no further with any other.
struct Asker {
    is_human_readable: bool,
}

#[derive(Debug)]
struct NoNumber;

impl fmt::Display for NoNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a whole number from zero on")
    }
}

impl std::error::Error for NoNumber {}

impl Error for NoNumber {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! integers {
    ($($method:ident($type:ty))*) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<u64, NoNumber> {
            value.try_into().map_err(|_| NoNumber)
        }
    )*};
}

macro_rules! others {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        #[inline]
        fn $method(self, $(_: $argument),*) -> Result<$result, NoNumber> {
            Err(NoNumber)
        }
    )*};
}

type Never = Impossible<u64, NoNumber>;

impl Serializer for Asker {
    type Ok = u64;
    type Error = NoNumber;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    integers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u128(u128)
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<u64, NoNumber> {
        Ok(value)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<u64, NoNumber> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<u64, NoNumber> {
        Err(NoNumber)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<u64, NoNumber> {
        Err(NoNumber)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<u64, NoNumber> {
        Err(NoNumber)
    }

    others! {
        serialize_bool(bool) -> u64;
        serialize_f32(f32) -> u64;
        serialize_f64(f64) -> u64;
        serialize_char(char) -> u64;
        serialize_str(&str) -> u64;
        serialize_bytes(&[u8]) -> u64;
        serialize_none() -> u64;
        serialize_unit() -> u64;
        serialize_unit_struct(&'static str) -> u64;
        serialize_unit_variant(&'static str, u32, &'static str) -> u64;
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn is_human_readable(&self) -> bool {
        self.is_human_readable
    }
}
