use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::golden_file::{float, rows};
use crate::{decoded, encoded, hex};

/// A value as Python had it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Scalar {
    Int { value: String },
    Float { bits: String },
    Bool { value: bool },
    Str { value: String },
}

#[derive(Debug, Deserialize)]
struct Written {
    #[serde(flatten)]
    scalar: Scalar,
    wire_hex: String,
}

#[derive(Debug, Deserialize)]
struct Lenient {
    wire: String,
    #[serde(flatten)]
    scalar: Scalar,
}

#[derive(Debug, Deserialize)]
struct Refused {
    wire: String,
}

/// Calls a generic function for every integer type.
macro_rules! for_every_integer {
    ($function:ident $arguments:tt) => {
        for_every_integer!($function $arguments: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize)
    };
    ($function:ident $arguments:tt: $($integer:ident)*) => {{ $($function::<$integer> $arguments;)* }};
}

trait Integer: FromStr + Display + Serialize + DeserializeOwned + PartialEq + Debug {}

impl<T: FromStr + Display + Serialize + DeserializeOwned + PartialEq + Debug> Integer for T {}

/// The types that `text` fits into write and read it; the others refuse to read it.
fn check_integer<T: Integer>(text: &str, wire: &[u8]) {
    let read = decoded::<T>(wire);
    match text.parse::<T>() {
        Ok(value) => {
            assert_eq!(encoded(&value), wire, "{text} as {}", std::any::type_name::<T>());
            assert_eq!(read, Ok(value));
        }
        Err(_) => assert!(read.is_err(), "{text} was read as {}", std::any::type_name::<T>()),
    }
}

fn check_written(row: &Written) {
    let wire = hex(&row.wire_hex);
    match &row.scalar {
        Scalar::Int { value } => for_every_integer!(check_integer(value, &wire)),
        Scalar::Float { bits } => {
            assert_eq!(encoded(&float(bits)), wire, "{row:?}");
            assert_eq!(decoded::<f64>(&wire).map(f64::to_bits), Ok(float(bits).to_bits()), "{row:?}");
        }
        Scalar::Bool { value } => {
            assert_eq!(encoded(value), wire);
            assert_eq!(decoded::<bool>(&wire).as_ref(), Ok(value));
        }
        Scalar::Str { value } => {
            assert_eq!(encoded(value), wire);
            assert_eq!(encoded(value.as_str()), wire);
            assert_eq!(decoded::<String>(&wire).as_ref(), Ok(value));
        }
    }
}

#[test]
fn every_value_is_written_and_read_as_python_does() {
    rows("values").iter().for_each(check_written);
}

#[test]
fn every_key_is_written_and_read_as_python_does() {
    rows("keys").iter().for_each(check_written);
}

fn check_lenient_integer<T: Integer>(text: &str, wire: &str) {
    assert_eq!(decoded::<T>(wire).ok(), text.parse::<T>().ok(), "{wire} as {}", std::any::type_name::<T>());
}

#[test]
fn everything_that_python_reads_is_read() {
    for Lenient { wire, scalar } in rows("read_leniently") {
        match scalar {
            Scalar::Int { value } => for_every_integer!(check_lenient_integer(&value, &wire)),
            Scalar::Float { bits } => {
                let read = decoded::<f64>(&wire).map(f64::to_bits);
                assert_eq!(read, Ok(float(&bits).to_bits()), "{wire}");
            }
            Scalar::Bool { value } => assert_eq!(decoded(&wire), Ok(value), "{wire}"),
            Scalar::Str { value } => assert_eq!(decoded(&wire), Ok(value), "{wire}"),
        }
    }
}

fn check_refused<T: DeserializeOwned + Debug>(wire: &str) {
    let read = decoded::<T>(wire);
    assert!(read.is_err(), "{wire:?} was read as {read:?}");
}

#[test]
fn everything_that_python_refuses_is_refused() {
    for Refused { wire } in rows("refused") {
        for_every_integer!(check_refused(&wire));
        check_refused::<f32>(&wire);
        check_refused::<f64>(&wire);
        check_refused::<bool>(&wire);
        check_refused::<String>(&wire);
        check_refused::<char>(&wire);
        check_refused::<Vec<u8>>(&wire);
        check_refused::<Option<u64>>(&wire);
        check_refused::<()>(&wire);
    }
}

/// Python gives back what is stored, whatever its type; a declared type is held to.
#[test]
fn a_value_of_another_type_is_refused() {
    for row in rows::<Written>("values") {
        let wire = hex(&row.wire_hex);
        let is_float = matches!(row.scalar, Scalar::Float { .. });
        let is_int = matches!(row.scalar, Scalar::Int { .. });
        let is_text = matches!(row.scalar, Scalar::Str { .. });
        assert!(is_int || decoded::<i128>(&wire).is_err(), "{row:?}");
        assert!(is_int || decoded::<u64>(&wire).is_err(), "{row:?}");
        assert!(is_float || is_int || decoded::<f64>(&wire).is_err(), "{row:?}");
        assert!(matches!(row.scalar, Scalar::Bool { .. }) || decoded::<bool>(&wire).is_err(), "{row:?}");
        assert!(is_text || decoded::<String>(&wire).is_err(), "{row:?}");
        assert!(is_text || decoded::<Option<String>>(&wire).is_err(), "{row:?}");
        assert!(decoded::<(String,)>(&wire).is_err(), "{row:?}");
        assert!(decoded::<Vec<u8>>(&wire).is_err(), "{row:?}");
    }
}

/// Python mixes the two: `increment` by a float turns an integer into one.
#[test]
fn a_float_type_reads_integers_too() {
    assert_eq!(decoded::<f64>("i|5"), Ok(5.0));
    assert_eq!(decoded::<f32>("i|-7"), Ok(-7.0));
    assert_eq!(decoded::<f64>("i| 1_000 "), Ok(1000.0));
}
