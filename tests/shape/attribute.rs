//! Every serde attribute is seen as it acts on what is read.
#![expect(dead_code, reason = "only the shapes of these types count")]

use std::collections::HashMap;

use rediscache::Shape;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename = "Other")]
struct Renamed {
    user_name: String,
    #[serde(rename = "t")]
    team: Option<String>,
    #[serde(rename(deserialize = "in", serialize = "out"))]
    both: u8,
    #[serde(rename = "a \"quoted\" name: \\ and a\nline")]
    odd: u8,
    #[serde(rename = "größe")]
    size: u8,
    r#type: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "kebab-case")]
enum RenamedVariants {
    FirstOne,
    #[serde(rename = "2nd")]
    SecondOne {
        some_field: u8,
    },
}

#[derive(Deserialize)]
struct Aliases {
    #[serde(alias = "zz", alias = "aa")]
    middle: u8,
    plain: u16,
    #[serde(alias = "b")]
    text: String,
    #[serde(default, alias = "c")]
    last: Option<char>,
}

#[derive(Deserialize)]
enum VariantAliases {
    #[serde(alias = "Done", alias = "Zu")]
    Finished,
    Plain(u8),
    #[serde(alias = "A")]
    Moved {
        #[serde(alias = "xx")]
        x: u8,
    },
}

#[derive(Deserialize)]
enum Other {
    Known,
    #[serde(alias = "Second")]
    Two,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Defaults {
    a: u8,
    #[serde(skip)]
    skipped: u32,
    #[serde(skip_deserializing)]
    not_read: u32,
    #[serde(skip_serializing)]
    not_written: i8,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<u8>,
}

#[derive(Deserialize)]
struct SkippedTuple(u8, #[serde(skip)] u16, u32);

#[derive(Deserialize)]
enum SkippedVariant {
    A,
    #[serde(skip)]
    B(u8),
    C(u16),
    #[serde(skip_deserializing)]
    D,
}

#[derive(Deserialize)]
struct Flattened {
    a: u8,
    #[serde(flatten)]
    rest: HashMap<String, u8>,
}

#[derive(Deserialize)]
enum FlattenedVariant {
    A,
    B {
        x: u8,
        #[serde(flatten)]
        rest: HashMap<String, u8>,
    },
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum InternallyTagged {
    A { x: u8 },
    B,
}

#[derive(Deserialize)]
#[serde(tag = "kind", content = "value")]
enum AdjacentlyTagged {
    A(u8),
    B { x: String },
    C,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    A(u8),
    B(String),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
struct TaggedStruct {
    x: u8,
}

#[derive(Deserialize)]
enum PartlyUntagged {
    A(u8),
    #[serde(untagged)]
    B(String),
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Transparent {
    inner: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[serde(alias = "old")]
    a: u8,
    b: Option<u8>,
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Ok(Option::<u8>::deserialize(deserializer).ok().flatten().unwrap_or_default())
}

#[derive(Deserialize)]
struct With {
    #[serde(with = "seconds")]
    a: std::time::Duration,
    #[serde(deserialize_with = "seconds::deserialize", alias = "bb")]
    b: std::time::Duration,
    #[serde(deserialize_with = "lenient")]
    c: u8,
    #[serde(with = "serde_bytes")]
    d: Vec<u8>,
}

#[derive(Deserialize)]
enum WithVariant {
    #[serde(with = "seconds")]
    A(std::time::Duration),
    B,
}

#[derive(Deserialize)]
#[serde(from = "(u8, String)")]
struct From_(u8);

impl From<(u8, String)> for From_ {
    fn from((number, _): (u8, String)) -> Self {
        Self(number)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Email(String);

impl TryFrom<String> for Email {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if text.contains('@') { Ok(Self(text)) } else { Err("no @") }
    }
}

#[derive(Deserialize)]
struct RawInterval {
    from: u32,
    to: u32,
}

/// Wants `from` to be less than `to`.
#[derive(Deserialize)]
#[serde(try_from = "RawInterval")]
struct Interval(u32, u32);

impl TryFrom<RawInterval> for Interval {
    type Error = &'static str;

    fn try_from(raw: RawInterval) -> Result<Self, &'static str> {
        if raw.from < raw.to { Ok(Self(raw.from, raw.to)) } else { Err("empty") }
    }
}

#[derive(Deserialize)]
struct Borrowing<'a> {
    // With `borrow`, it would not be `DeserializeOwned` for any lifetime.
    text: std::borrow::Cow<'a, str>,
    list: std::borrow::Cow<'a, [u8]>,
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Bound<T: Default> {
    #[serde(default)]
    inner: T,
    list: Vec<T>,
}

#[derive(Deserialize)]
#[serde(remote = "std::time::Duration")]
struct Remote {
    #[serde(getter = "std::time::Duration::as_secs")]
    secs: u64,
}

impl From<Remote> for std::time::Duration {
    fn from(remote: Remote) -> Self {
        Self::from_secs(remote.secs)
    }
}

#[derive(Deserialize)]
struct HoldsRemote {
    #[serde(with = "Remote")]
    time: std::time::Duration,
}

#[derive(serde_repr::Deserialize_repr)]
#[repr(u8)]
enum Numbered {
    Five = 5,
    Hundred = 100,
}

#[derive(Deserialize)]
#[serde(expecting = "something else")]
struct Expecting {
    a: u8,
}

#[derive(Deserialize)]
#[serde(crate = "serde")]
struct Crate {
    a: u8,
}

#[test]
fn rename_gives_the_name_that_is_read() {
    shapes! {
        true Renamed => "{userName: text, t: option<text>, in: u8, \
                         \"a \\\"quoted\\\" name: \\\\ and a\\u{a}line\": u8, \"größe\": u8, type: u8}",
        true RenamedVariants => "<FIRST_ONE | 2nd{some-field: u8}>",
    }
}

#[test]
fn an_alias_of_a_field_is_no_field() {
    shapes! { true Aliases => "{middle: u8, plain: u16, text: text, last: option<char>}" }
}

#[test]
fn an_alias_of_a_variant_is_a_name_of_the_same_variant() {
    shapes! { true VariantAliases => "<Done/Finished/Zu | Plain(u8) | A/Moved{x: u8}>" }
}

#[test]
fn other_is_a_variant_as_any() {
    shapes! { true Other => "<Known | Second/Two | Unknown>" }
}

#[test]
fn skipped_fields_and_variants_are_not_there() {
    shapes! {
        true Defaults => "{a: u8, not_written: i8, maybe: option<u8>}", true SkippedTuple => "(u8, u32)",
        true SkippedVariant => "<A | C(u16)>",
    }
}

#[test]
fn flattened_and_tagged_types_describe_themselves() {
    shapes! {
        false Flattened => "any", false FlattenedVariant => "<A | B(any)>", false InternallyTagged => "any",
        false AdjacentlyTagged => "{kind: any, value: any}", false Untagged => "any",
        false (u8, Untagged) => "(u8, any)", false (Untagged, u8) => "(any, ?)", false PartlyUntagged => "any",
        false HashMap<String, Untagged> => "map<text, any>",
    }
    assert!(Shape::of::<TaggedStruct>().is_known());
    assert_eq!(Shape::of::<TaggedStruct>().to_string(), "{x: u8}");
}

#[test]
fn transparent_is_what_it_holds() {
    shapes! { true Transparent => "[u8]" }
}

#[test]
fn strict_structs_are_as_others() {
    shapes! { true Strict => "{a: u8, b: option<u8>}", true Expecting => "{a: u8}", true Crate => "{a: u8}" }
}

#[test]
fn with_is_what_the_function_asks_for() {
    shapes! {
        true With => "{a: u64, b: u64, c: option<u8>, d: bytes}", true WithVariant => "<A(u64) | B>",
        true HoldsRemote => "{time: {secs: u64}}",
    }
}

#[test]
fn from_is_what_it_is_made_of() {
    shapes! {
        true From_ => "(u8, text)", true Email => "text", true (Email, u8) => "(text, u8)",
        true Interval => "{from: u32, to: u32}", true Vec<Interval> => "[{from: u32, to: u32}]",
    }
}

#[test]
fn what_may_borrow_is_owned() {
    shapes! { true Borrowing<'static> => "{text: text, list: [u8]}" }
}

#[test]
fn bounds_make_no_difference() {
    shapes! { true Bound<u8> => "{inner: u8, list: [u8]}" }
}

#[test]
fn an_enum_stored_as_a_number_is_a_number() {
    shapes! { true Numbered => "u8", true Vec<Numbered> => "[u8]" }
}
