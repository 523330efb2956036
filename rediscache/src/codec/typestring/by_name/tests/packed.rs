//! MessagePack by its bytes: what describes a value, and what does not.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Outcome, outcome, read_described};

fn read<T: DeserializeOwned>(body: &[u8]) -> Outcome<T> {
    outcome(read_described(body, false))
}

#[track_caller]
fn is<T: DeserializeOwned + PartialEq + Debug>(body: &[u8], value: T) {
    assert_eq!(read(body), Ok((value, false)));
}

#[test]
fn integers_may_take_more_bytes_than_they_need() {
    for five in [&[5][..], &[0xcc, 5], &[0xcd, 0, 5], &[0xce, 0, 0, 0, 5], &[0xcf, 0, 0, 0, 0, 0, 0, 0, 5]] {
        is(five, 5_u8);
        is(five, 5_i64);
        is(five, 5.0_f32);
    }
    for five in [&[0xd0, 5][..], &[0xd1, 0, 5], &[0xd2, 0, 0, 0, 5], &[0xd3, 0, 0, 0, 0, 0, 0, 0, 5]] {
        is(five, 5_u64);
        is(five, 5_i8);
    }
    for minus in [&[0xff][..], &[0xd0, 0xff], &[0xd1, 0xff, 0xff], &[0xd2, 0xff, 0xff, 0xff, 0xff]] {
        is(minus, -1_i8);
        assert_eq!(read::<u64>(minus), Err("it does not fit u64".to_owned()));
    }
}

#[test]
fn integers_of_more_than_64_bits_have_a_form_of_their_own() {
    let wide = |kind: u8, bytes: [u8; 16]| [&[0xd8, kind][..], &bytes].concat();
    is(&wide(2, u128::MAX.to_be_bytes()), u128::MAX);
    is(&wide(2, 5_u128.to_be_bytes()), 5_u8);
    is(&wide(3, i128::MIN.to_be_bytes()), i128::MIN);
    is(&wide(3, (-5_i128).to_be_bytes()), -5_i8);
    is(&wide(2, (1_u128 << 100).to_be_bytes()), 2.0_f64.powi(100));
    assert!(read::<u128>(&wide(4, [0; 16])).is_err());
    assert!(read::<u128>(&wide(2, [0; 16])[..17]).is_err());
}

#[test]
fn nothing_in_options_is_counted() {
    type Nested = Option<Option<Option<u8>>>;
    is::<Nested>(&[0xc0], None);
    is::<Nested>(&[0xd4, 1, 1], Some(None));
    is::<Nested>(&[0xd4, 1, 2], Some(Some(None)));
    is::<Nested>(&[7], Some(Some(Some(7))));
    is::<Option<()>>(&[0xd4, 1, 1], Some(()));
    is::<()>(&[0xc0], ());
    is::<Value>(&[0xd4, 1, 3], Value::Null);
    let nothing = "stored as nothing, wanted as u8".to_owned();
    assert_eq!(read::<Nested>(&[0xd4, 1, 3]), Err(nothing.clone()));
    assert_eq!(read::<u8>(&[0xd4, 1, 1]), Err(nothing));
    assert!(read::<Nested>(&[0xd4, 1, 0]).is_err());
    assert!(read::<Nested>(&[0xd4, 5, 1]).is_err());
    assert!(read::<Value>(&[0xd4, 1, 255]).is_err(), "255 levels are too many");
}

#[test]
fn lengths_may_be_of_any_width() {
    for text in [&[0xa1, b'a'][..], &[0xd9, 1, b'a'], &[0xda, 0, 1, b'a'], &[0xdb, 0, 0, 0, 1, b'a']] {
        is(text, "a".to_owned());
        is(text, 'a');
    }
    for bytes in [&[0xc4, 1, 9][..], &[0xc5, 0, 1, 9], &[0xc6, 0, 0, 0, 1, 9]] {
        is(bytes, vec![9_u8]);
        is(bytes, [9_u64]);
    }
    for array in [&[0x91, 9][..], &[0xdc, 0, 1, 9], &[0xdd, 0, 0, 0, 1, 9]] {
        is(array, vec![9_u8]);
        is(array, (9_i16,));
    }
    for map in [&[0x81, 0xa1, b'a', 9][..], &[0xde, 0, 1, 0xa1, b'a', 9], &[0xdf, 0, 0, 0, 1, 0xa1, b'a', 9]] {
        is(map, BTreeMap::from([("a".to_owned(), 9_u8)]));
        is(map, json!({"a": 9}));
    }
    is(&[0xca, 0x3f, 0xc0, 0, 0], 1.5_f64);
    is(&[0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5_f32);
    is(&[0x82, 1, 0xc3, 0xff, 0xc2], BTreeMap::from([(1_i8, true), (-1, false)]));
}

#[test]
fn what_is_no_value_is_refused() {
    for body in [
        &[][..],
        &[0xc1],
        &[0xcc],
        &[0xcb, 0],
        &[0xa2, b'a'],
        &[0xa1, 0xff],
        &[0xc4, 2, 0],
        &[0x92, 1],
        &[0xdd, 0xff, 0xff, 0xff, 0xff],
        &[0xdf, 0xff, 0xff, 0xff, 0xff, 0],
        &[0xc7, 1, 1, 1],
        &[0xd5, 1, 1, 1],
        &[0x81, 1],
    ] {
        assert!(read::<Value>(body).is_err(), "{body:?}");
        assert!(read::<serde::de::IgnoredAny>(body).is_err(), "{body:?}");
    }
    assert_eq!(read::<u8>(&[5, 5, 5]), Err("2 bytes are left over after the value".to_owned()));
}

#[derive(Debug, PartialEq, Deserialize)]
enum Enum {
    Unit,
    Newtype(Option<u8>),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[test]
fn variants_are_text_or_maps_of_one() {
    is(b"\xa4Unit", Enum::Unit);
    is(b"\x81\xa4Unit\xc0", Enum::Unit);
    is(b"\x81\xa7Newtype\x05", Enum::Newtype(Some(5)));
    is(b"\x81\xa7Newtype\xc0", Enum::Newtype(None));
    is(b"\x81\xa5Tuple\x92\x01\x02", Enum::Tuple(1, 2));
    is(b"\x81\xa6Struct\x81\xa1a\x07", Enum::Struct { a: 7 });
    assert_eq!(read::<Enum>(b"\x81\xa5Tuple\x91\x01").map_err(|_| ()), Err(()));
    assert_eq!(read::<Enum>(b"\x80"), Err("stored as a map, wanted as an enum".to_owned()));
    assert_eq!(read::<Enum>(b"\x82\xa4Unit\xc0\xa4Unit\xc0"), Err("stored as a map, wanted as an enum".to_owned()));
    assert_eq!(read::<Enum>(b"\x81\x01\xc0"), Err("stored as a map, wanted as an enum".to_owned()));
    assert_eq!(read::<Enum>(b"\x81\xa4Gone\xc0"), Err("it is a variant that is not known".to_owned()));
}

#[test]
fn a_struct_needs_text_for_keys() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        a: u8,
    }
    is(b"\x81\xa1a\x01", New { a: 1 });
    assert_eq!(read::<New>(b"\x81\x00\x01"), Err("stored as an integer, wanted as text".to_owned()));
    assert_eq!(read::<New>(b"\x82\xa1a\x01\xa1a\x01"), Err("`a` is there twice".to_owned()));
    assert_eq!(
        read::<New>(b"\x82\xa1b\xc1\xa1a\x01"),
        Err("at `[\u{2026}]`: it is not what describes a value".to_owned())
    );
    assert_eq!(read(b"\x82\xa1b\x92\xc0\xc4\x01\x00\xa1a\x01"), Ok((New { a: 1 }, true)));
}
