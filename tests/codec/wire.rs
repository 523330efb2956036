//! The composite form is a wire format: these bytes were worked out from bincode's specification, and stay.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use support::RawBytes;

use crate::sample::{Colour, Date, Event, Id, Name, Names, Nothing, Profile, UserId};
use crate::{decoded, encoded, hex};

/// `c|` and schema version 1.
const HEAD: &str = "637c 01";

#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, body: &str) {
    let wire = hex(&format!("{HEAD}{body}"));
    assert_eq!(encoded(value), wire, "{value:?}");
    assert_eq!(decoded::<T>(&wire).as_ref(), Ok(value));
}

#[test]
fn nothing_takes_no_bytes() {
    check(&(), "");
    check(&Nothing, "");
    check(&[(); 2], "");
}

#[test]
fn an_option_is_a_flag_and_the_value() {
    check(&None::<u8>, "00");
    check(&Some(5_u8), "01 05");
    check(&Some(None::<u8>), "01 00");
    check(&Some(String::from("é")), "01 02 c3a9");
}

#[test]
fn a_sequence_is_a_length_and_the_elements() {
    check(&Vec::<u8>::new(), "00");
    check(&vec![1_u8, 2, 255], "03 01 02 ff");
    check(&RawBytes::from([1, 2, 255]), "03 01 02 ff");
    check(&vec!["a".to_owned(), String::new()], "02 01 61 00");
    check(&vec![0_u8; 300], &format!("fb 2c01 {}", "00".repeat(300)));
}

#[test]
fn a_tuple_and_an_array_are_their_parts() {
    check(&(true, false, 'é', "ab".to_owned()), "01 00 c3a9 02 6162");
    check(&[1_u8, 2, 3], "01 02 03");
    check(&(Id(7), Name("x".to_owned())), "07 01 78");
}

#[test]
fn unsigned_integers_are_as_long_as_they_need() {
    check(&(250_u64, 251_u64), "fa fb fb00");
    check(&(0xffff_u64, 0x1_0000_u64), "fb ffff fc 00000100");
    check(&(u32::MAX, 0x1_0000_0000_u64), "fc ffffffff fd 0000000001000000");
    check(&(u64::MAX, u128::from(u64::MAX)), "fd ffffffffffffffff fd ffffffffffffffff");
    check(&(1_u128 << 64,), "fe 00000000000000000100000000000000");
    check(&(251_u8, 251_u16), "fb fb fb00");
}

#[test]
fn signed_integers_alternate_in_sign() {
    check(&(0_i64, -1_i64, 1_i64, -2_i64), "00 01 02 03");
    check(&(-126_i16, 126_i32), "fb fb00 fb fc00");
    check(&(i64::MIN, i64::MAX), "fd ffffffffffffffff fd feffffffffffffff");
    check(&(-1_i8, i8::MIN), "ff 80");
    check(&(i128::MIN,), "fe ffffffffffffffffffffffffffffffff");
}

#[test]
fn floats_are_their_bits() {
    check(&(1.5_f64, -0.0_f64), "000000000000f83f 0000000000000080");
    check(&(1.5_f32,), "0000c03f");
}

#[test]
fn an_enum_is_the_number_of_its_variant_and_the_content() {
    check(&Colour::Red, "00");
    check(&Colour::Blue, "02");
    check(&Event::Started, "00");
    check(&Event::Moved(-3), "01 05");
    check(&Event::Drawn(Colour::Green, Some('x')), "02 01 01 78");
    check(&Event::Said { by: UserId(Id(9)), text: "hi".to_owned() }, "03 09 02 6869");
    check(&Ok::<u8, String>(1), "00 01");
}

#[test]
fn a_map_is_a_length_and_the_pairs_in_order() {
    check(&BTreeMap::<u8, u8>::new(), "00");
    check(&BTreeMap::from([("b".to_owned(), 1.5_f64), ("a".to_owned(), 0.0)]), {
        "02 01 61 0000000000000000 01 62 000000000000f83f"
    });
}

#[test]
fn a_struct_is_its_fields_in_order() {
    check(&Date { year: 1815, month: 12, day: 10 }, "fb 2e0e 0c 0a");
    let profile = Profile {
        id: UserId(Id(42)),
        names: Names(vec![Name("ada".to_owned())]),
        born: Some(Date { year: 1, month: 2, day: 3 }),
        score: 2.0,
        flags: (true, -1, 3, -4),
        log: vec![Event::Started, Event::Moved(1)],
        tags: BTreeMap::from([("t".to_owned(), None), ("u".to_owned(), Some(Colour::Green))]),
        nothing: Nothing,
    };
    let fields = [
        "2a",
        "01 03 616461",
        "01 02 02 03",
        "0000000000000040",
        "01 ff 03 07",
        "02 00 01 02",
        "02 01 74 00 01 75 01 01",
    ];
    check(&profile, &fields.concat());
}

#[test]
fn a_newtype_of_a_composite_is_that_composite() {
    check(&Names(vec![Name("a".to_owned()), Name("b".to_owned())]), "02 01 61 01 62");
}
