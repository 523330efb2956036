//! Types that refuse values: others are tried, and what takes none is unknown without hiding the rest.
#![expect(dead_code, reason = "only the shapes of these types count")]

use std::collections::HashMap;

use rediscache::Shape;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

macro_rules! checked {
    ($($name:ident, $inner:ty, $check:expr;)*) => {$(
        #[derive(Debug)]
        struct $name($inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let inner = <$inner>::deserialize(deserializer)?;
                let check: fn(&$inner) -> bool = $check;
                if check(&inner) { Ok(Self(inner)) } else { Err(D::Error::custom("refused")) }
            }
        }
    )*};
}

checked! {
    FourDigits, String, |text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    Never, String, |_| false;
    NeverNumber, u16, |_| false;
    NeverPair, (u8, String), |_| false;
    NeverMap, HashMap<String, u8>, |_| false;
    Sixteen, Vec<u8>, |bytes| bytes.len() == 16;
    NonEmpty, Vec<FourDigits>, |list| !list.is_empty();
    Ordered, (u8, u8, u8), |(low, _, high)| low < high;
    OneOfTwo, (Option<u8>, Option<u8>), |(first, second)| first.is_some() != second.is_some();
    NoFirst, Kind, |kind| !matches!(kind, Kind::First);
    OnlySecond, (Kind, u8), |(kind, _)| matches!(kind, Kind::Second(_));
    Port, u16, |port| *port >= 1024;
    Half, f64, |number| *number > 0.0 && *number < 1.0;
    Yes, bool, |yes| *yes;
    Upper, char, |letter| letter.is_ascii_uppercase();
    Key, serde_bytes::ByteBuf, |bytes| bytes.len() == 32;
    Date, (i16, u8, u8), |(_, month, day)| (1..=12).contains(month) && (1..=31).contains(day);
}

#[derive(Debug, Deserialize)]
enum Kind {
    First,
    Second(u8),
    Third { x: u8 },
}

#[derive(Deserialize)]
struct Holder {
    a: u8,
    never: Never,
    b: String,
    kind: Kind,
    list: Vec<Never>,
    pair: NeverPair,
    maybe: Option<Never>,
    last: (Never, u8),
    any: serde_json::Value,
    map: HashMap<Never, Never>,
}

impl PartialEq for Never {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Never {}

impl std::hash::Hash for Never {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

#[derive(Deserialize)]
struct DefaultHolder {
    a: u8,
    #[serde(default)]
    any: Option<serde_json::Value>,
    #[serde(skip_deserializing)]
    skipped: u8,
    b: Vec<u16>,
}

#[derive(Deserialize)]
enum Variants {
    A(Never),
    B(u8),
    C { x: Never, y: u8, z: Kind },
    D(u8, Never, u8),
    E,
}

#[derive(Deserialize)]
enum AllNever {
    A(Never),
    B(NeverNumber),
}

#[derive(Deserialize)]
struct Nested {
    outer: Holder2,
    kind: Kind,
}

#[derive(Deserialize)]
struct Holder2 {
    never: Never,
    kind: Kind,
}

/// Refuses 0 in one of nine places, as `time::OffsetDateTime` does, in a visitor of its own.
struct Nine;

impl<'de> Deserialize<'de> for Nine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NineVisitor;

        impl<'de> Visitor<'de> for NineVisitor {
            type Value = Nine;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("nine")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Nine, A::Error> {
                let mut sum = 0_u32;
                for place in 0..9 {
                    let number: u8 = seq.next_element()?.ok_or_else(|| A::Error::custom("short"))?;
                    sum += u32::from(number) * if place == 4 { 100 } else { 1 };
                }
                if sum == 100 { Ok(Nine) } else { Err(A::Error::custom("no")) }
            }
        }
        deserializer.deserialize_tuple(9, NineVisitor)
    }
}

#[test]
fn picky_leaves_are_given_what_they_want() {
    shapes! {
        true FourDigits => "text", true Sixteen => "[u8]", true NonEmpty => "[text]", true Port => "u16",
        true Half => "f64", true Yes => "bool", true Upper => "char", true Key => "bytes",
        true HashMap<u8, (FourDigits, Port)> => "map<u8, (text, u16)>",
    }
}

#[test]
fn several_leaves_are_varied_where_their_whole_refuses() {
    shapes! {
        true Ordered => "[u8; 3]", true OneOfTwo => "[option<u8>; 2]", true Nine => "[u8; 9]",
        true Date => "(i16, u8, u8)", true (Nine, Ordered, Date) => "([u8; 9], [u8; 3], (i16, u8, u8))",
    }
}

#[test]
fn an_enum_is_turned_to_the_variant_that_is_wanted() {
    shapes! {
        true NoFirst => "<First | Second(u8) | Third{x: u8}>",
        true (NoFirst, u8) => "(<First | Second(u8) | Third{x: u8}>, u8)",
        true (OnlySecond, u8) => "((<First | Second(u8) | Third{x: u8}>, u8), u8)",
        true Vec<OnlySecond> => "[(<First | Second(u8) | Third{x: u8}>, u8)]",
    }
}

#[test]
fn what_takes_nothing_is_unknown_and_its_kind_is_not() {
    shapes! {
        false Never => "text?", false NeverNumber => "u16?", false NeverPair => "(u8, text)?",
        false NeverMap => "map<text, u8>?",
    }
}

#[test]
fn nothing_else_is_hidden_by_it() {
    shapes! {
        false Holder =>
            "{a: u8, never: text?, b: text, kind: <First | Second(u8) | Third{x: u8}>, list: [text?], \
             pair: (u8, text)?, maybe: option<text?>, last: (text?, ?), any: any, map: map<text?, ?>}",
        false DefaultHolder => "{a: u8, any: option<any>, b: [u16]}",
        false Nested =>
            "{outer: {never: text?, kind: <First | Second(u8) | Third{x: u8}>}, \
             kind: <First | Second(u8) | Third{x: u8}>}",
        false (Option<Never>, u8, Vec<Never>, Kind) =>
            "(option<text?>, u8, [text?], <First | Second(u8) | Third{x: u8}>)",
    }
}

#[test]
fn one_variant_that_takes_nothing_leaves_the_others() {
    shapes! {
        false Variants =>
            "<A(text?) | B(u8) | C{x: text?, y: u8, z: <First | Second(u8) | Third{x: u8}>} | D(u8, text?, ?) | E>",
        false (Variants, u8) =>
            "(<A(text?) | B(u8) | C{x: text?, y: u8, z: <First | Second(u8) | Third{x: u8}>} | D(u8, text?, ?) | E>, \
             u8)",
        false AllNever => "<A(text?) | B(u16?)>",
    }
}
