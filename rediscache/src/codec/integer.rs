use std::fmt;

use serde::ser::{Error, Serialize, Serializer};

use super::scalar::only_scalars;

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
    ($($method:ident($type:ty))*) => {$(
        #[inline]
        fn $method(self, _: $type) -> Result<u64, NoNumber> {
            Err(NoNumber)
        }
    )*};
}

impl Serializer for Asker {
    only_scalars!(u64, NoNumber, NoNumber);

    integers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u128(u128)
    }

    #[inline]
    fn serialize_u64(self, value: u64) -> Result<u64, NoNumber> {
        Ok(value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<u64, NoNumber> {
        Err(NoNumber)
    }

    others! {
        serialize_bool(bool)
        serialize_f32(f32)
        serialize_f64(f64)
        serialize_char(char)
        serialize_str(&str)
    }

    fn is_human_readable(&self) -> bool {
        self.is_human_readable
    }
}
