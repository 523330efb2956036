use std::fmt::Debug;

use proptest::prelude::{Arbitrary, any};
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{cases, decoded, encoded};

/// Written as decimal digits, and read back as the same type.
fn check_value<T>(value: T)
where
    T: Serialize + DeserializeOwned + Debug + ToString + PartialEq,
{
    let stored = encoded(&value);
    assert_eq!(stored, format!("i|{}", value.to_string()).into_bytes());
    assert_eq!(decoded::<T>(&stored), Ok(value));
}

fn check<T>(least: T, most: T)
where
    T: Arbitrary + Serialize + DeserializeOwned + Copy + Debug + ToString + PartialEq,
{
    check_value(least);
    check_value(most);
    let run = TestRunner::new(cases(200)).run(&any::<T>(), |value| {
        check_value(value);
        Ok(())
    });
    run.unwrap();
}

macro_rules! integers {
    ($($test:ident: $integer:ty;)*) => {$(
        #[test]
        fn $test() {
            check(<$integer>::MIN, <$integer>::MAX);
        }
    )*};
}

integers! {
    an_i8_is_exact: i8;
    an_i16_is_exact: i16;
    an_i32_is_exact: i32;
    an_i64_is_exact: i64;
    an_i128_is_exact: i128;
    an_isize_is_exact: isize;
    a_u8_is_exact: u8;
    a_u16_is_exact: u16;
    a_u32_is_exact: u32;
    a_u64_is_exact: u64;
    a_u128_is_exact: u128;
    a_usize_is_exact: usize;
}

#[test]
fn one_beyond_the_range_is_refused() {
    assert!(decoded::<i8>("i|128").is_err());
    assert!(decoded::<i8>("i|-129").is_err());
    assert!(decoded::<u8>("i|256").is_err());
    assert!(decoded::<u8>("i|-1").is_err());
    assert!(decoded::<i64>("i|9223372036854775808").is_err());
    assert!(decoded::<i64>("i|-9223372036854775809").is_err());
    assert!(decoded::<u64>("i|18446744073709551616").is_err());
    assert!(decoded::<i128>("i|170141183460469231731687303715884105728").is_err());
    assert!(decoded::<u128>("i|340282366920938463463374607431768211456").is_err());
    assert!(decoded::<u128>("i|-1").is_err());
}

#[test]
fn white_space_signs_zeros_and_underscores_are_read_as_python_reads_them() {
    for (wire, value) in [
        ("i|+3", 3),
        ("i|-3", -3),
        ("i|007", 7),
        ("i|-007", -7),
        ("i|0_0", 0),
        ("i|1_0_0", 100),
        ("i| 5", 5),
        ("i|5\t\n\r\x0b\x0c", 5),
        ("i|-0", 0),
    ] {
        assert_eq!(decoded::<i32>(wire), Ok(value), "{wire:?}");
    }
    assert_eq!(decoded::<u8>("i|-0"), Ok(0));
    assert_eq!(decoded::<u8>("i|-00"), Ok(0));
}

#[test]
fn what_only_looks_like_an_integer_is_refused() {
    let wires = [
        "i|_1", "i|1_", "i|1__0", "i|-_1", "i|+-1", "i|--0", "i|- 1", "i|1 2", "i|1.0", "i|1e3", "i|0x10", "i|1\0",
        "i|+", "i|-", "i| ", "i|_", "i|inf", "i|nan", "i|null", "I|1", " i|1",
    ];
    for wire in wires {
        assert!(decoded::<i64>(wire).is_err(), "{wire:?}");
        assert!(decoded::<u64>(wire).is_err(), "{wire:?}");
        assert!(decoded::<i128>(wire).is_err(), "{wire:?}");
    }
}
