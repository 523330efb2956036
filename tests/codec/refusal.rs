use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;

use crate::sample::{Colour, Date, Empty, Event, Id, Name, Nothing, Profile, Tree};
use crate::{decoded, encoded};

#[track_caller]
fn refusal<T: DeserializeOwned + Debug>(stored: impl AsRef<[u8]>) -> String {
    match decoded::<T>(&stored) {
        Ok(value) => panic!("{:?} was read as {value:?}", String::from_utf8_lossy(stored.as_ref())),
        Err(message) => message,
    }
}

#[test]
fn a_composite_is_not_read_as_a_scalar() {
    // Its body is the same as that of the number or the text.
    for stored in [encoded(&(1_u8,)), encoded(&("1".to_owned(),)), encoded(&())] {
        refusal::<u8>(&stored);
        refusal::<i128>(&stored);
        refusal::<f64>(&stored);
        refusal::<bool>(&stored);
        refusal::<String>(&stored);
        refusal::<char>(&stored);
        refusal::<Id>(&stored);
        refusal::<Name>(&stored);
    }
}

#[test]
fn a_scalar_is_not_read_as_a_composite() {
    for stored in ["i|1", "f|1.0", "s|1", "b|1", "s|c|\u{2}\u{1}", "s|m|\u{2}\0\u{1}"] {
        refusal::<Option<Vec<u8>>>(stored);
        refusal::<Vec<u8>>(stored);
        refusal::<(u8,)>(stored);
        refusal::<BTreeMap<u8, u8>>(stored);
        refusal::<Colour>(stored);
        refusal::<Event>(stored);
        refusal::<Date>(stored);
        refusal::<()>(stored);
        refusal::<Nothing>(stored);
        refusal::<Empty>(stored);
    }
    assert_eq!(refusal::<Date>("i|1"), "it is an integer (`i|`), not a composite (`c|`, `m|`)");
}

#[test]
fn a_variant_that_is_only_named_is_one_without_contents() {
    let holds = "it is text (`s|`) that names a variant which holds something";
    assert_eq!(refusal::<Event>("s|Moved"), holds);
    assert_eq!(refusal::<Event>("s|Drawn"), holds);
    assert_eq!(refusal::<Event>("s|Said"), holds);
    assert_eq!(refusal::<Event>("s|started"), "it is text (`s|`) that names no variant of the enum");
    assert_eq!(refusal::<Colour>("i|0"), "it is an integer (`i|`), not an enum");
    assert_eq!(refusal::<Colour>("b|1"), "it is a bool (`b|`), not an enum");
}

#[test]
fn bytes_left_over_are_refused() {
    refusal::<(u8,)>(b"m|\x02\0\x91\x01\x01");
    refusal::<()>(b"m|\x02\0\xc0\xc0");
    refusal::<Option<u8>>(b"m|\x02\0\xc0\x01");
    refusal::<Vec<u8>>(b"m|\x02\0\x91\x01\x01");
    refusal::<Date>([encoded(&Date { year: 1, month: 2, day: 3 }), vec![0]].concat());
}

#[test]
fn an_unknown_schema_version_is_refused_by_its_number() {
    for (wire, version) in [
        (&b"\x00"[..], "0"),
        (b"\x01", "1"),
        (b"\x04", "4"),
        (b"\xfa", "250"),
        (b"\xfb\xfb\x00", "251"),
        (b"\xfb\x39\x30", "12345"),
        (b"\xfc\xff\xff\xff\xff", "4294967295"),
    ] {
        for tag in [b"c|", b"m|"] {
            let message = refusal::<()>([tag, wire].concat());
            assert_eq!(message, format!("it has schema version {version}, and this program reads 2"));
        }
    }
}

#[test]
fn a_schema_version_that_is_none_is_refused() {
    for wire in [&b""[..], b"\xfb", b"\xfb\x01", b"\xfc\x01\x00", b"\xfd\x01\0\0\0\0\0\0\0", b"\xff"] {
        refusal::<()>([b"c|", wire].concat());
        refusal::<()>([b"m|", wire].concat());
    }
}

#[test]
fn a_header_that_is_cut_short_is_refused() {
    for wire in [&b"c|\x02"[..], b"c|\x02abc", b"m|\x02", b"m|\x02\x01", b"m|\x02\x01abc", b"m|\x02\xfb\x01"] {
        assert_eq!(refusal::<()>(wire), "it ends in its header");
    }
}

#[test]
fn a_value_by_position_is_for_those_who_know_its_shape() {
    let message = refusal::<(u8,)>(b"c|\x02abcd\x01");
    assert_eq!(message, "it is stored by position, for a cache or queue to read");
}

#[test]
fn a_value_cut_short_anywhere_is_refused() {
    let event = Event::Said { by: crate::sample::UserId(Id(u64::MAX)), text: "some text".to_owned() };
    let stored = encoded(&(event, Some(Colour::Blue), 1.5_f64, vec![1_u128 << 100]));
    for length in 0..stored.len() {
        refusal::<(Event, Option<Colour>, f64, Vec<u128>)>(&stored[..length]);
    }
}

#[test]
fn what_is_within_must_be_of_the_type() {
    refusal::<(bool,)>(b"m|\x02\0\x91\x01");
    refusal::<Option<u8>>(b"m|\x02\0\xa0");
    refusal::<(Colour,)>(b"m|\x02\0\x91\xa5Black");
    refusal::<(String,)>(b"m|\x02\0\x91\xa1\xff");
    refusal::<(char,)>(b"m|\x02\0\x91\xa2ab");
    refusal::<(u16,)>(b"m|\x02\0\x91\xce\0\x01\0\0");
    refusal::<(u64,)>(b"m|\x02\0\x91\xff");
    refusal::<(u64,)>(b"m|\x02\0\x91\xd8\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0");
    refusal::<(u128,)>(b"m|\x02\0\x91\xd8\x03\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    refusal::<(u128,)>(b"m|\x02\0\x91\xd8\x04\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0");
    refusal::<Tree>(b"m|\x02\0\x81\xa4Twig\x01");
    refusal::<Tree>(b"m|\x02\0\x82\xa4Leaf\x01\xa4Leaf\x01");
}

#[test]
fn a_length_that_no_bytes_stand_behind_is_refused() {
    // Text, bytes, arrays and maps, with few bytes of length and with many.
    let heads = [&b"\xa3"[..], b"\xd9\xff", b"\xda\xff\xff", b"\xdb\x7f\xff\xff\xff", b"\xdb\xff\xff\xff\xff"];
    let bytes = [&b"\xc4\x03"[..], b"\xc5\xff\xff", b"\xc6\xff\xff\xff\xff"];
    let parts =
        [&b"\x93"[..], b"\xdc\xff\xff", b"\xdd\xff\xff\xff\xff", b"\x82", b"\xde\xff\xff", b"\xdf\xff\xff\xff\xff"];
    for head in heads.into_iter().chain(bytes).chain(parts) {
        for stored in [[b"m|\x02\0", head, b"ab"].concat(), [b"m|\x02\0\x91", head, b"ab"].concat()] {
            refusal::<Vec<u8>>(&stored);
            refusal::<Vec<u128>>(&stored);
            refusal::<(String,)>(&stored);
            refusal::<support::RawBytes>(&stored);
            refusal::<BTreeMap<String, Profile>>(&stored);
            refusal::<std::collections::HashMap<u64, [u64; 32]>>(&stored);
        }
    }
}

#[test]
fn a_type_that_asks_what_is_stored_is_told() {
    let stored = encoded(&(1_u8, Some("a"), None::<u8>, Date { year: 1, month: 2, day: 3 }));
    let value = serde_json::json!([1, "a", null, {"year": 1, "month": 2, "day": 3}]);
    assert_eq!(decoded(&stored), Ok(value));
}

#[test]
fn messages_say_what_is_stored_and_what_was_wanted() {
    assert_eq!(refusal::<u64>("s|7"), "it is text (`s|`), not an integer");
    assert_eq!(refusal::<String>("i|7"), "it is an integer (`i|`), not text");
    assert_eq!(refusal::<u64>("f|7.0"), "it is a float (`f|`), not an integer");
    assert_eq!(refusal::<bool>("i|1"), "it is an integer (`i|`), not a bool");
    assert_eq!(refusal::<u8>("7"), "it begins with none of `i|`, `f|`, `s|`, `b|`, `c|`, `m|`");
    assert_eq!(refusal::<u8>(b"i|\xff"), "it is not UTF-8");
    assert_eq!(
        refusal::<u8>("i|256"),
        "it is marked as an integer (`i|`) and cannot be read as one, or is out of range"
    );
}
