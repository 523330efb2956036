//! The composite form is a wire format: these bytes were worked out from MessagePack's specification, and stay.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use support::RawBytes;

use crate::sample::{Colour, Date, Empty, Event, Id, Name, Names, Nothing, Profile, UserId};
use crate::{decoded, encoded, hex};

/// `m|`, schema version 2, and no version of a type.
const HEAD: &str = "6d7c 02 00";

#[track_caller]
fn check_written<T: Serialize + Debug>(value: &T, body: &str) -> Vec<u8> {
    let wire = hex(&format!("{HEAD}{body}"));
    assert_eq!(encoded(value), wire, "{value:?}");
    wire
}

#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, body: &str) {
    let wire = check_written(value, body);
    assert_eq!(decoded::<T>(&wire).as_ref(), Ok(value));
}

#[test]
fn nothing_is_nil() {
    check(&(), "c0");
    check(&Nothing, "c0");
    check(&[(); 2], "92 c0 c0");
    check(&Empty {}, "80");
}

#[test]
fn an_option_is_nil_or_what_it_holds() {
    check(&None::<u8>, "c0");
    check(&Some(5_u8), "05");
    check(&Some(String::from("é")), "a2 c3a9");
    check(&Some(Some(vec![5_u8])), "91 05");
}

#[test]
fn options_around_nothing_are_counted() {
    check(&Some(()), "d401 01");
    check(&Some(None::<u8>), "d401 01");
    check(&Some(Some(None::<u8>)), "d401 02");
    check(&(Some(Some(Some(Nothing))), Some(Some(5_u8))), "92 d401 03 05");
    check(&vec![None, Some(None), Some(Some(()))], "93 c0 d401 01 d401 02");
}

#[test]
fn a_sequence_is_an_array() {
    check(&Vec::<u8>::new(), "90");
    check(&vec![1_u8, 2, 255], "93 01 02 ccff");
    check(&vec!["a".to_owned(), String::new()], "92 a161 a0");
    check(&vec![0_u8; 16], &format!("dc 0010 {}", "00".repeat(16)));
    check(&vec![0_u8; 0x1_0000], &format!("dd 00010000 {}", "00".repeat(0x1_0000)));
}

#[test]
fn bytes_are_as_they_are() {
    check(&RawBytes::from([1, 2, 255]), "c4 03 0102ff");
    check(&RawBytes(vec![7; 256]), &format!("c5 0100 {}", "07".repeat(256)));
    check(&RawBytes(vec![7; 0x1_0000]), &format!("c6 00010000 {}", "07".repeat(0x1_0000)));
}

#[test]
fn text_has_its_length_before_it() {
    for (length, head) in [(31, "bf"), (32, "d9 20"), (256, "da 0100"), (0x1_0000, "db 00010000")] {
        check(&("x".repeat(length),), &format!("91 {head} {}", "78".repeat(length)));
    }
}

#[test]
fn a_tuple_is_an_array_too() {
    check(&(true, false, 'é', "ab".to_owned()), "94 c3 c2 a2c3a9 a26162");
    check(&[1_u8, 2, 3], "93 01 02 03");
    check(&(Id(7), Name("x".to_owned())), "92 07 a178");
}

#[test]
fn integers_are_as_short_as_can_be() {
    check(&(127_u64, 128_u64, 255_u64, 256_u64), "94 7f cc80 ccff cd0100");
    check(&(0xffff_u64, 0x1_0000_u64), "92 cdffff ce00010000");
    check(&(u32::MAX, 0x1_0000_0000_u64), "92 ceffffffff cf0000000100000000");
    check(&(u64::MAX, i64::MAX), "92 cfffffffffffffffff cf7fffffffffffffff");
    check(&(-1_i64, -32_i64, -33_i64, i8::MIN), "94 ff e0 d0df d080");
    check(&(-129_i64, i16::MIN, -32_769_i64), "93 d1ff7f d18000 d2ffff7fff");
    check(&(i32::MIN, -2_147_483_649_i64, i64::MIN), "93 d280000000 d3ffffffff7fffffff d38000000000000000");
}

#[test]
fn an_integer_is_the_same_whatever_its_type() {
    for value in [0_i8, 1, 100, i8::MAX] {
        let unsigned = value.unsigned_abs();
        let as_small = encoded(&(value,));
        assert_eq!(as_small, encoded(&(unsigned,)));
        assert_eq!(as_small, encoded(&(i16::from(value),)));
        assert_eq!(as_small, encoded(&(u16::from(unsigned),)));
        assert_eq!(as_small, encoded(&(i32::from(value),)));
        assert_eq!(as_small, encoded(&(u32::from(unsigned),)));
        assert_eq!(as_small, encoded(&(i64::from(value),)));
        assert_eq!(as_small, encoded(&(u64::from(unsigned),)));
        assert_eq!(as_small, encoded(&(i128::from(value),)));
        assert_eq!(as_small, encoded(&(u128::from(unsigned),)));
    }
    for value in [i64::MIN, -1_000_000_000_000, -40_000, -200, -100, -1, 200, 40_000, 1_000_000_000_000, i64::MAX] {
        assert_eq!(encoded(&(value,)), encoded(&(i128::from(value),)));
    }
    assert_eq!(encoded(&(u64::MAX,)), encoded(&(i128::from(u64::MAX),)));
}

#[test]
fn an_integer_beyond_64_bits_is_an_extension() {
    check(&(u128::from(u64::MAX),), "91 cfffffffffffffffff");
    check(&(1_u128 << 64,), "91 d802 00000000000000010000000000000000");
    check(&(1_i128 << 64,), "91 d802 00000000000000010000000000000000");
    check(&(u128::MAX,), "91 d802 ffffffffffffffffffffffffffffffff");
    check(&(i128::from(i64::MIN),), "91 d38000000000000000");
    check(&(i128::from(i64::MIN) - 1,), "91 d803 ffffffffffffffff7fffffffffffffff");
    check(&(i128::MIN,), "91 d803 80000000000000000000000000000000");
}

#[test]
fn floats_are_their_bits() {
    check(&(1.5_f64, -0.0_f64), "92 cb3ff8000000000000 cb8000000000000000");
    check(&(1.5_f32,), "91 ca3fc00000");
    check_written(&(f64::from_bits(0x7ff8_0000_0000_0001), f32::NAN), "92 cb7ff8000000000001 ca7fc00000");
}

#[test]
fn an_enum_is_the_name_of_its_variant_and_what_it_holds() {
    check(&(Colour::Red, Colour::Blue), "92 a3526564 a4426c7565");
    check(&(Event::Started,), "91 a753746172746564");
    check(&Event::Moved(-3), "81 a54d6f766564 fd");
    check(&Event::Drawn(Colour::Green, Some('x')), "81 a5447261776e 92 a5477265656e a178");
    check(&Event::Said { by: UserId(Id(9)), text: "hi".to_owned() }, "81 a453616964 82 a26279 09 a474657874 a26869");
    check(&Ok::<u8, String>(1), "81 a24f6b 01");
}

#[test]
fn a_map_is_its_entries_in_order() {
    check(&BTreeMap::<u8, u8>::new(), "80");
    check(
        &BTreeMap::from([("b".to_owned(), 1.5_f64), ("a".to_owned(), 0.0)]),
        "82 a161 cb0000000000000000 a162 cb3ff8000000000000",
    );
    check(&BTreeMap::from([((1_u8, 'a'), Some(())), ((1, 'b'), None)]), "82 92 01 a161 d401 01 92 01 a162 c0");
}

#[test]
fn a_struct_is_its_fields_by_their_names() {
    let date = "83 a479656172 cd0717 a56d6f6e7468 0c a3646179 0a";
    check(&Date { year: 1815, month: 12, day: 10 }, date);
    let profile = Profile {
        id: UserId(Id(42)),
        names: Names(vec![Name("ada".to_owned())]),
        born: Some(Date { year: 1815, month: 12, day: 10 }),
        score: 2.0,
        flags: (true, -1, 3, -4),
        log: vec![Event::Started, Event::Moved(1)],
        tags: BTreeMap::from([("t".to_owned(), None), ("u".to_owned(), Some(Colour::Green))]),
        nothing: Nothing,
    };
    let fields = [
        "88",
        "a26964 2a",
        "a56e616d6573 91 a3616461",
        &format!("a4626f726e {date}"),
        "a573636f7265 cb4000000000000000",
        "a5666c616773 94 c3 ff 03 fc",
        "a36c6f67 92 a753746172746564 81 a54d6f766564 01",
        "a474616773 82 a174 c0 a175 a5477265656e",
        "a76e6f7468696e67 c0",
    ];
    check(&profile, &fields.concat());
}

#[test]
fn a_newtype_of_a_composite_is_that_composite() {
    check(&Names(vec![Name("a".to_owned()), Name("b".to_owned())]), "92 a161 a162");
}
