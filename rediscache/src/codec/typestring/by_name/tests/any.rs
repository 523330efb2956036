//! Types that ask what is there: untagged, tagged and flattened ones, and `serde_json::Value`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{by_position, reads, reads_less};

#[derive(Serialize, Deserialize)]
enum Kind {
    Plain,
    Sized(u8),
    Pair(u8, i64),
    Named { big: u64 },
}

#[derive(Serialize, Deserialize)]
struct Old {
    flag: bool,
    text: String,
    char: char,
    list: Vec<Option<f64>>,
    tuple: (u8, i16),
    unit: (),
    map: BTreeMap<String, Kind>,
}

fn old() -> Old {
    let kinds = [("a", Kind::Plain), ("b", Kind::Sized(1)), ("c", Kind::Pair(2, -3)), ("d", Kind::Named { big: 4 })];
    Old {
        flag: true,
        text: "text".to_owned(),
        char: 'c',
        list: vec![Some(0.5), None],
        tuple: (1, -2),
        unit: (),
        map: kinds.into_iter().map(|(key, kind)| (key.to_owned(), kind)).collect(),
    }
}

#[test]
fn everything_is_told_as_it_stands() {
    let told = json!({
        "flag": true, "text": "text", "char": "c", "list": [0.5, null], "tuple": [1, -2], "unit": null,
        "map": {"a": "Plain", "b": {"Sized": 1}, "c": {"Pair": [2, -3]}, "d": {"Named": {"big": 4}}},
    });
    reads(&old(), &told);
    assert_eq!(by_position(&(u64::MAX, i64::MIN)), Ok((json!([u64::MAX, i64::MIN]), false)));
    assert_eq!(by_position(&(7_u128, -7_i128)), Ok((json!([7, -7]), false)));
}

#[test]
fn everything_may_be_ignored() {
    let (IgnoredAny, is_lossy) = by_position(&old()).expect("it is left out");
    assert!(is_lossy);
}

#[test]
fn untagged_types_choose() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum New {
        Number(u64),
        Named { big: u64 },
        Pair(u8, i64),
        Text(String),
        Nothing,
    }
    #[derive(Serialize, Deserialize)]
    struct Named {
        small: u8,
        big: u64,
    }
    reads(&7_u8, &New::Number(7));
    reads(&"t".to_owned(), &New::Text("t".to_owned()));
    reads(&Kind::Plain, &New::Text("Plain".to_owned()));
    reads(&(1_u8, -1_i8), &New::Pair(1, -1));
    reads(&Named { small: 1, big: 2 }, &New::Named { big: 2 });
    reads(&(), &New::Nothing);
    reads(&Some(7_u16), &New::Number(7));
    let refused = Err("refused by the type's own `Deserialize`".to_owned());
    assert_eq!(by_position::<_, New>(&-7_i8), refused);
}

#[test]
fn flattened_fields_are_found() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        text: Option<String>,
        flag: bool,
        missing: Option<u8>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        tuple: (u8, i16),
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    #[derive(Serialize, Deserialize)]
    struct Some1 {
        tuple: (u8, i16),
        text: Option<String>,
        flag: Option<bool>,
        more: Option<Option<u8>>,
    }
    let stored = Some1 { tuple: (1, 2), text: Some("t".to_owned()), flag: Some(true), more: Some(None) };
    let inner = Inner { text: Some("t".to_owned()), flag: true, missing: None };
    let rest = BTreeMap::from([("more".to_owned(), Value::Null)]);
    let (read, _) = by_position::<_, New>(&stored).expect("it is read");
    assert_eq!(read, New { tuple: (1, 2), inner, rest });
}

#[test]
fn options_in_what_is_flattened_are_told_apart() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        a: Option<Option<u8>>,
        b: Option<Option<u8>>,
        c: Option<Option<u8>>,
        d: Option<()>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        #[serde(flatten)]
        inner: Inner,
    }
    let inner = || Inner { a: None, b: Some(None), c: Some(Some(1)), d: Some(()) };
    reads(&inner(), &New { inner: inner() });
}

#[test]
fn tagged_types_are_read_of_structs() {
    #[derive(Serialize, Deserialize)]
    struct Stored {
        amount: u8,
        kind: String,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind")]
    enum Internal {
        Paid { amount: u64 },
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind", content = "amount")]
    enum Adjacent {
        Paid(u64),
    }
    let stored = Stored { amount: 5, kind: "Paid".to_owned() };
    reads(&stored, &Internal::Paid { amount: 5 });
    reads(&stored, &Adjacent::Paid(5));
}

#[test]
fn what_a_type_does_not_look_at_is_left_out() {
    #[derive(Debug, Default, PartialEq)]
    struct Blind;
    impl<'de> Deserialize<'de> for Blind {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self)
        }
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct New {
        map: Blind,
        list: Blind,
        tuple: (u8, i16),
    }
    let (read, is_lossy) = by_position::<_, New>(&old()).expect("it is read");
    assert_eq!((read, is_lossy), (New { map: Blind, list: Blind, tuple: (1, -2) }, true));
    reads_less(&(vec![1_u8], 7_u8), &(Blind, 7_u8));
}

#[test]
fn a_type_that_passes_over_an_error_gets_what_comes_next_or_nothing() {
    #[derive(Debug, Default, PartialEq)]
    struct OrDefault<T>(T);
    impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for OrDefault<T> {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Ok(Self(T::deserialize(deserializer).unwrap_or_default()))
        }
    }
    type New = (OrDefault<String>, u8);
    reads_less(&(vec![1_u8], 7_u8), &(OrDefault(String::new()), 7_u8));
    assert_eq!(by_position::<_, New>(&(300_u16, 7_u8)).map(|(new, _)| new.1), Ok(7));
    let passed_over = Err("the type's own `Deserialize` went on after an error".to_owned());
    let read = by_position::<_, (OrDefault<Vec<u8>>, ())>(&((1_u8, 300_u16, 7_u8), ()));
    assert_eq!(read, passed_over);
}
