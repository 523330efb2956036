use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::any;
use proptest::{prop_assert_eq, proptest};
use rediscache::{Codec, Typestring};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sample::{Colour, Event, Id, Name, UserId, id};
use crate::{assert_round_trip, cases, decoded, encoded};

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_double_comes_back_with_the_same_bits(bits: u64) {
        let value = f64::from_bits(bits);
        let read = decoded::<f64>(encoded(&value)).unwrap();
        if value.is_nan() {
            assert!(read.is_nan());
        } else {
            prop_assert_eq!(read.to_bits(), bits);
        }
    }

    #[test]
    fn a_float_comes_back_with_the_same_bits(bits: u32) {
        let value = f32::from_bits(bits);
        let read = decoded::<f32>(encoded(&value)).unwrap();
        if value.is_nan() {
            assert!(read.is_nan());
        } else {
            prop_assert_eq!(read.to_bits(), bits);
        }
    }

    #[test]
    fn a_string_is_stored_as_it_is(text: String) {
        prop_assert_eq!(encoded(&text), [b"s|", text.as_bytes()].concat());
        assert_round_trip(&text);
    }

    #[test]
    fn a_char_is_stored_as_text_of_one(character: char) {
        prop_assert_eq!(encoded(&character), encoded(&character.to_string()));
        assert_round_trip(&character);
    }

    #[test]
    fn a_newtype_is_stored_as_what_it_holds(id in id(), text in any::<String>()) {
        prop_assert_eq!(encoded(&id), encoded(&id.0));
        prop_assert_eq!(encoded(&UserId(id.clone())), encoded(&id.0));
        prop_assert_eq!(encoded(&Name(text.clone())), encoded(&text));
        assert_round_trip(&UserId(id));
        assert_round_trip(&Name(text));
    }
}

#[test]
fn extreme_floats_come_back() {
    for value in [0.0, -0.0, f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(decoded::<f64>(encoded(&value)).map(f64::to_bits), Ok(value.to_bits()));
    }
    for value in [0.0, -0.0, f32::MIN, f32::MAX, f32::MIN_POSITIVE, f32::EPSILON, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(decoded::<f32>(encoded(&value)).map(f32::to_bits), Ok(value.to_bits()));
    }
}

#[test]
fn exponents_begin_where_those_of_python_do() {
    let written = |value: f64| String::from_utf8(encoded(&value)).unwrap();
    assert_eq!(written(9_999_999_999_999_998.0), "f|9999999999999998.0");
    assert_eq!(written(1e16), "f|1e+16");
    assert_eq!(written(0.000_1), "f|0.0001");
    assert_eq!(written(0.000_099), "f|9.9e-05");
    assert_eq!(written(-1e-7), "f|-1e-07");
    assert_eq!(written(1e-100), "f|1e-100");
}

/// As CPython 3 wrote them, where printers of shortest forms differ.
const CLOSE: [(u64, &str); 6] = [
    // Half way between two shortest forms: the even one.
    (0x3f40_0800_0000_0000, "f|0.0004892349243164062"),
    (0x3f40_2800_0000_0000, "f|0.0004930496215820312"),
    (0x3ee0_8000_0000_0000, "f|7.867813110351562e-06"),
    // A power of two, which is nearer to the next double below than to the one above.
    (0x3e70_0000_0000_0000, "f|5.960464477539063e-08"),
    (0x0060_0000_0000_0000, "f|7.120236347223045e-307"),
    (0x0420_0000_0000_0000, "f|8.209073602596753e-289"),
];

#[test]
fn of_two_shortest_forms_the_one_of_python_is_written() {
    for (bits, form) in CLOSE {
        assert_eq!(String::from_utf8(encoded(&f64::from_bits(bits))).unwrap(), form);
        assert_eq!(decoded::<f64>(form).map(f64::to_bits), Ok(bits));
    }
}

#[test]
fn a_float_type_of_32_bits_keeps_its_own_digits() {
    assert_eq!(encoded(&0.1_f32), b"f|0.1");
    assert_eq!(encoded(&16_777_216_f32), b"f|16777216.0");
    assert_eq!(decoded::<f32>("f|0.1"), Ok(0.1));
}

#[test]
fn names_of_numbers_are_read_in_every_case() {
    assert_eq!(decoded::<f64>("f|Infinity"), Ok(f64::INFINITY));
    assert_eq!(decoded::<f64>("f|-INF"), Ok(f64::NEG_INFINITY));
    assert!(decoded::<f64>("f|NaN").unwrap().is_nan());
    assert_eq!(decoded::<f64>("f| 1_0.5 "), Ok(10.5));
}

#[test]
fn what_only_looks_like_a_float_is_refused() {
    for wire in ["f|.", "f|e5", "f|1e", "f|1e+", "f|1_.5", "f|1._5", "f|0x1p3", "f|1,5", "f|1 5", "f|infin", "f|1.2.3"]
    {
        assert!(decoded::<f64>(wire).is_err(), "{wire:?}");
        assert!(decoded::<f32>(wire).is_err(), "{wire:?}");
    }
}

#[test]
fn a_char_is_read_from_text_of_exactly_one() {
    assert_eq!(decoded::<char>("s|é"), Ok('é'));
    assert!(decoded::<char>("s|").is_err());
    assert!(decoded::<char>("s|ab").is_err());
    // Two characters, though one is seen.
    assert!(decoded::<char>("s|e\u{301}").is_err());
}

#[test]
fn a_bool_is_any_integer_but_zero() {
    for (wire, value) in [("b|007", true), ("b| 0 ", false), ("b|-0", false), ("b|+1", true), ("b|1_0", true)] {
        assert_eq!(decoded::<bool>(wire), Ok(value), "{wire}");
    }
    assert!(decoded::<bool>("b|").is_err());
    assert!(decoded::<bool>("b|1.0").is_err());
    assert!(decoded::<bool>("i|1").is_err());
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    assert!(decoded::<String>(b"s|\xff").is_err());
    assert!(decoded::<String>(b"s|\xed\xa0\x80").is_err());
    assert!(decoded::<u64>(b"i|\xff").is_err());
}

#[track_caller]
fn check_text<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(String::from_utf8(encoded(value)).unwrap(), format!("s|{text}"));
    assert_round_trip(value);
}

#[test]
fn what_has_a_text_for_people_is_stored_as_that() {
    check_text(&IpAddr::from(Ipv4Addr::LOCALHOST), "127.0.0.1");
    check_text(&Ipv6Addr::LOCALHOST, "::1");
    check_text(&SocketAddr::from(([127, 0, 0, 1], 6379)), "127.0.0.1:6379");
    check_text(&uuid::Uuid::from_u128(0x67e5_5044), "00000000-0000-0000-0000-000067e55044");
    check_text(&NaiveDate::from_ymd_opt(1815, 12, 10).unwrap(), "1815-12-10");
    check_text(&Utc.timestamp_opt(0, 0).unwrap(), "1970-01-01T00:00:00Z");
    check_text(&url::Url::parse("https://example.com/a?b#c").unwrap(), "https://example.com/a?b#c");
    check_text(&semver::Version::new(1, 2, 3), "1.2.3");
    check_text(&std::path::PathBuf::from("/a/b"), "/a/b");
}

#[test]
fn text_that_people_would_not_take_for_it_is_refused() {
    assert!(decoded::<IpAddr>("s|127.0.0").is_err());
    assert!(decoded::<uuid::Uuid>("s|67e55044").is_err());
    assert!(decoded::<NaiveDate>("i|1815").is_err());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Renamed {
    InProgress,
    #[serde(alias = "finished")]
    Done,
}

#[test]
fn a_variant_without_contents_is_stored_as_its_name() {
    check_text(&Colour::Green, "Green");
    check_text(&Event::Started, "Started");
    check_text(&Renamed::InProgress, "in-progress");
    check_text(&Renamed::Done, "done");
    assert_eq!(decoded("s|finished"), Ok(Renamed::Done));
    assert_round_trip(&std::cmp::Reverse(Colour::Red));
}

#[test]
fn a_scalar_is_read_where_it_may_be_missing() {
    assert_eq!(decoded("i|7"), Ok(Some(7_u8)));
    assert_eq!(decoded("f|7"), Ok(Some(Some(7.0_f32))));
    assert_eq!(decoded("s|"), Ok(Some(String::new())));
    assert_eq!(decoded("s|Red"), Ok(Some(Colour::Red)));
    assert_eq!(decoded("b|0"), Ok(Some(false)));
    assert_eq!(decoded("i|7"), Ok(Some(Id(7))));
    assert!(decoded::<Option<u8>>("i|256").is_err());
    assert!(decoded::<Option<u8>>("s|7").is_err());
}

#[test]
fn a_stored_form_is_appended_to_what_is_there() {
    let mut stored = b"before".to_vec();
    Typestring::encode(&Id(7), &mut stored).unwrap();
    Typestring::encode(&Some(7_u8), &mut stored).unwrap();
    assert_eq!(stored, b"beforei|7m|\x02\0\x07");
}
