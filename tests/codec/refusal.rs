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
    for stored in [encoded(&(1_u8,)), encoded(&("1".to_owned(),)), encoded(&Some(1_u8)), encoded(&())] {
        refusal::<u8>(&stored);
        refusal::<i128>(&stored);
        refusal::<f64>(&stored);
        refusal::<bool>(&stored);
        refusal::<String>(&stored);
        refusal::<char>(&stored);
        refusal::<Id>(&stored);
        refusal::<Name>(&stored);
    }
    assert_eq!(refusal::<u8>("c|\u{1}\u{1}"), "it is a composite (`c|`), not an integer");
}

#[test]
fn a_scalar_is_not_read_as_a_composite() {
    for stored in ["i|1", "f|1.0", "s|1", "b|1", "s|c|\u{1}\u{1}"] {
        refusal::<Option<u8>>(stored);
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
    assert_eq!(refusal::<Date>("i|1"), "it is an integer (`i|`), not a composite (`c|`)");
}

#[test]
fn bytes_left_over_are_refused_and_counted() {
    assert_eq!(refusal::<(u8,)>("c|\u{1}\u{1}\u{1}\u{1}"), "2 bytes are left over after a value of this type");
    refusal::<()>("c|\u{1}\0");
    refusal::<Option<u8>>("c|\u{1}\0\0");
    refusal::<Vec<u8>>("c|\u{1}\u{1}ab");
    refusal::<Date>([encoded(&Date { year: 1, month: 2, day: 3 }), vec![0]].concat());
}

#[test]
fn an_unknown_schema_version_is_refused_by_its_number() {
    for (wire, version) in [
        (&b"c|\x00"[..], "0"),
        (b"c|\x02", "2"),
        (b"c|\xfa", "250"),
        (b"c|\xfb\xfb\x00", "251"),
        (b"c|\xfb\x39\x30", "12345"),
        (b"c|\xfc\xff\xff\xff\xff", "4294967295"),
    ] {
        let message = refusal::<()>(wire);
        assert_eq!(message, format!("it has schema version {version}, and this program reads 1"));
    }
}

#[test]
fn a_schema_version_that_is_none_is_refused() {
    for wire in [&b"c|"[..], b"c|\xfb", b"c|\xfb\x01", b"c|\xfc\x01\x00", b"c|\xfd\x01\0\0\0\0\0\0\0", b"c|\xff"] {
        refusal::<()>(wire);
    }
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
    refusal::<(bool,)>(b"c|\x01\x02");
    refusal::<Option<u8>>(b"c|\x01\x02\x01");
    refusal::<Colour>(b"c|\x01\x03");
    refusal::<(String,)>(b"c|\x01\x01\xff");
    refusal::<(char,)>(b"c|\x01\xff");
    refusal::<(u16,)>(b"c|\x01\xfc\x00\x00\x01\x00");
    refusal::<(u64,)>(b"c|\x01\xfe\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0");
    refusal::<Tree>(b"c|\x01\x02");
}

#[test]
fn a_length_that_no_bytes_stand_behind_is_refused() {
    for length in [&b"\x03"[..], b"\xfb\xff\xff", b"\xfc\xff\xff\xff\x7f", b"\xfd\xff\xff\xff\xff\xff\xff\xff\xff"] {
        let stored = [b"c|\x01", length, b"ab"].concat();
        refusal::<Vec<u8>>(&stored);
        refusal::<Vec<u128>>(&stored);
        refusal::<(String,)>(&stored);
        refusal::<support::RawBytes>(&stored);
        refusal::<BTreeMap<String, Profile>>(&stored);
        refusal::<std::collections::HashMap<u64, [u64; 32]>>(&stored);
    }
}

#[test]
fn a_type_that_needs_a_self_describing_form_is_told_so() {
    let stored = encoded(&(1_u8,));
    assert_eq!(
        refusal::<serde_json::Value>(&stored),
        "the type needs a self-describing form; use the `Json` codec for it"
    );
}

#[test]
fn messages_say_what_is_stored_and_what_was_wanted() {
    assert_eq!(refusal::<u64>("s|7"), "it is text (`s|`), not an integer");
    assert_eq!(refusal::<String>("i|7"), "it is an integer (`i|`), not text");
    assert_eq!(refusal::<u64>("f|7.0"), "it is a float (`f|`), not an integer");
    assert_eq!(refusal::<bool>("i|1"), "it is an integer (`i|`), not a bool");
    assert_eq!(refusal::<u8>("7"), "it begins with none of `i|`, `f|`, `s|`, `b|`, `c|`");
    assert_eq!(refusal::<u8>(b"i|\xff"), "it is not UTF-8");
    assert_eq!(
        refusal::<u8>("i|256"),
        "it is marked as an integer (`i|`) and cannot be read as one, or is out of range"
    );
}
