//! Numbers of every width and kind, and how each becomes another.

use super::{by_description, by_position, reads, refuses};

/// Each value as each integer: those that fit are equal, and the others refused.
macro_rules! widths {
    ($value:expr; $($type:ident)*) => {$(
        let wide = i128::from($value);
        match $type::try_from(wide) {
            Ok(fitting) => reads(&$value, &fitting),
            Err(_) => {
                let told = concat!("it does not fit ", stringify!($type));
                refuses::<_, $type>(&$value, told, told);
            }
        }
    )*};
}

macro_rules! integers {
    ($($type:ident)*) => {$(
        for value in [$type::MIN, $type::MIN + 1, $type::MAX / 2, 0, 1, $type::MAX - 1, $type::MAX] {
            widths!(value; u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);
        }
    )*};
}

#[test]
fn an_integer_is_read_in_every_width_that_it_fits() {
    integers!(u8 u16 u32 u64 i8 i16 i32 i64);
}

#[test]
fn the_widest_integers_are_read_too() {
    for value in [0, 1, u128::from(u64::MAX), 1 << 64, u128::MAX] {
        reads(&value, &value);
        assert_eq!(by_position::<_, u64>(&value).ok(), u64::try_from(value).ok().map(|value| (value, false)));
        assert_eq!(by_position::<_, i128>(&value).ok(), i128::try_from(value).ok().map(|value| (value, false)));
    }
    for value in [0, -1, i128::from(i64::MIN), i128::from(i64::MIN) - 1, i128::MIN, i128::MAX] {
        reads(&value, &value);
        assert_eq!(by_position::<_, i64>(&value).ok(), i64::try_from(value).ok().map(|value| (value, false)));
        assert_eq!(by_position::<_, u128>(&value).ok(), u128::try_from(value).ok().map(|value| (value, false)));
    }
}

#[test]
fn a_float_is_an_integer_where_it_is_one() {
    reads(&2.0_f64, &2_u8);
    reads(&-3.0_f32, &-3_i64);
    reads(&0.0_f64, &0_u8);
    reads(&9_007_199_254_740_994.0_f64, &9_007_199_254_740_994_u64);
    reads(&2.0_f64.powi(127), &(1_u128 << 127));
    reads(&-(2.0_f64.powi(127)), &i128::MIN);
    for value in [0.5, -0.0, 1e-320, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.0_f64.powi(128), f64::MAX] {
        assert_eq!(by_position::<_, i128>(&value), Err("it does not fit i128".to_owned()), "{value}");
        assert_eq!(by_position::<_, u128>(&value), Err("it does not fit u128".to_owned()), "{value}");
    }
    refuses::<_, u8>(&256.0_f64, "it does not fit u8", "it does not fit u8");
    refuses::<_, u8>(&-1.0_f64, "it does not fit u8", "it does not fit u8");
}

#[test]
fn an_integer_is_a_float_where_nothing_is_rounded() {
    reads(&2_u8, &2.0_f64);
    reads(&-7_i64, &-7.0_f32);
    reads(&0_i8, &0.0_f64);
    reads(&(1_u64 << 53), &9_007_199_254_740_992.0_f64);
    reads(&(1_u64 << 63), &2.0_f64.powi(63));
    reads(&i64::MIN, &-(2.0_f32.powi(63)));
    reads(&i128::MIN, &-(2.0_f64.powi(127)));
    reads(&(((1_u128 << 24) - 1) << 104), &f32::MAX);
    refuses::<_, f64>(&((1_u64 << 53) + 1), "it does not fit f64", "it does not fit f64");
    refuses::<_, f64>(&(-(1_i64 << 53) - 1), "it does not fit f64", "it does not fit f64");
    refuses::<_, f32>(&((1_u64 << 24) + 1), "it does not fit f32", "it does not fit f32");
    refuses::<_, f64>(&u64::MAX, "it does not fit f64", "it does not fit f64");
}

#[test]
fn a_float_becomes_narrower_where_nothing_is_rounded() {
    reads(&1.5_f64, &1.5_f32);
    reads(&1.5_f32, &1.5_f64);
    refuses::<_, f32>(&0.1_f64, "it does not fit f32", "it does not fit f32");
    refuses::<_, f32>(&1e300_f64, "it does not fit f32", "it does not fit f32");
    for value in [f64::INFINITY, f64::NEG_INFINITY, -0.0] {
        let (read, _) = by_position::<_, f32>(&value).expect("it is exact");
        assert_eq!(f64::from(read).to_bits(), value.to_bits());
    }
    assert!(by_position::<_, f32>(&f64::NAN).expect("it is no number in both").0.is_nan());
}

#[test]
fn numbers_are_neither_bools_nor_text() {
    refuses::<_, bool>(&1_u8, "stored as u8, wanted as bool", "stored as an integer, wanted as bool");
    refuses::<_, u8>(&true, "stored as bool, wanted as u8", "stored as bool, wanted as u8");
    refuses::<_, String>(&1.5_f64, "stored as f64, wanted as text", "stored as f64, wanted as text");
    refuses::<_, u8>(&"1".to_owned(), "stored as text, wanted as u8", "stored as text, wanted as u8");
    refuses::<_, char>(&65_u32, "stored as u32, wanted as char", "stored as an integer, wanted as char");
    refuses::<_, u32>(&'A', "stored as char, wanted as u32", "stored as text, wanted as u32");
    assert_eq!(by_description(&true), Ok((true, false)));
}
