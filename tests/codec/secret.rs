//! Errors go to logs; keys and values do not belong there.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;

use rediscache::{Codec, Json, RedisCache, RedisSession, Typestring};
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::sample::{Colour, Date, Event, Profile};

const SECRET: &str = "hunter2-4af8c1";

/// Everything that `error` and what is underneath it say.
fn said(error: &(dyn Error + 'static)) -> String {
    let mut said = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        said += &format!("{error}\n{error:?}\n{error:#?}\n");
        next = error.source();
    }
    said
}

#[track_caller]
fn assert_silent(error: &(dyn Error + 'static)) {
    let said = said(error);
    assert!(!said.contains(SECRET), "{said}");
    // A digest of it, or its bytes as a list.
    assert!(!said.contains("104, 117, 110"), "{said}");
}

/// Stored forms with the secret in them.
fn stored_forms() -> Vec<Vec<u8>> {
    let scalars = ["", "i|", "f|", "s|", "b|", "\"", "{\"", "[\""];
    let composites = ["c|", "c|\u{2}", "m|", "m|\u{2}", "m|\u{2}\0", "m|\u{2}\0-", "m|\u{2}\u{1}hash"];
    // A map, arrays and text of the secret's length.
    let lengths = [&b"\xae"[..], b"\x91\xae", b"\x81\xae", b"\xc4\x0e", b"\x81\x01\xae"];
    let told = lengths.map(|length| [b"m|\x02\0", length, SECRET.as_bytes()].concat());
    let forms = [&scalars[..], &composites].concat();
    let tails = ["", "\"", "\": 1}", "\u{1}", "\0"];
    let forms = forms.iter().flat_map(|head| tails.map(|tail| format!("{head}{SECRET}{tail}").into_bytes()));
    forms
        .chain(told)
        .chain([format!("s|{SECRET}\u{0}").into_bytes(), [b"s|\xff", SECRET.as_bytes()].concat()])
        .collect()
}

fn check<C: Codec, T: DeserializeOwned + Debug>() {
    for stored in stored_forms() {
        if let Err(error) = C::decode::<T>(&stored) {
            assert_silent(&*error);
        }
    }
}

/// Refuses everything, and says what.
#[derive(Debug)]
struct Talkative;

impl<'de> Deserialize<'de> for Talkative {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("{text} is not welcome")))
    }
}

impl Serialize for Talkative {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(format!("{SECRET} is not welcome")))
    }
}

fn check_types<C: Codec>() {
    check::<C, u64>();
    check::<C, i128>();
    check::<C, f64>();
    check::<C, bool>();
    check::<C, char>();
    check::<C, String>();
    check::<C, Option<u8>>();
    check::<C, Vec<u8>>();
    check::<C, (String, u64)>();
    check::<C, BTreeMap<String, String>>();
    check::<C, Colour>();
    check::<C, Event>();
    check::<C, Date>();
    check::<C, Profile>();
    check::<C, std::net::IpAddr>();
    check::<C, Talkative>();
    check::<C, (Talkative,)>();
    check::<C, ()>();
}

#[test]
fn a_value_that_cannot_be_read_is_not_quoted() {
    check_types::<Typestring>();
    check_types::<Json>();
}

#[test]
fn a_value_that_cannot_be_written_is_not_quoted() {
    let mut out = Vec::new();
    assert_silent(&*Typestring::encode(&Talkative, &mut out).unwrap_err());
    assert_silent(&*Typestring::encode(&vec![Talkative], &mut out).unwrap_err());
    assert_silent(&*Typestring::encode(&(SECRET, Some(Talkative)), &mut out).unwrap_err());
    assert_silent(&*Json::encode(&Talkative, &mut out).unwrap_err());
}

/// What serde calls the field is part of the type, and what the type calls itself too.
#[test]
fn the_type_is_named() {
    let error = Typestring::decode::<Date>(b"s|x").unwrap_err();
    assert_eq!(error.to_string(), "it is text (`s|`), not a composite (`c|`, `m|`)");
}

async fn errors_of<C: Codec>(session: &RedisSession) -> Vec<rediscache::Error> {
    let cache = RedisCache::<String, Date, C>::new("cache").on(session);
    let secret = Date { year: 1, month: 1, day: 1 };
    let bad = RedisCache::<String, String, C>::new("cache").on(session);
    bad.set(SECRET, SECRET).await.unwrap();
    let talkative = RedisCache::<String, Vec<Talkative>, C>::new("talkative").on(session);
    let numbers = RedisCache::<String, u64, C>::new("cache").on(session);
    let keys = RedisCache::<u64, String, C>::new("cache").on(session);
    vec![
        cache.get(SECRET).await.unwrap_err(),
        cache.pop(SECRET).await.unwrap_err(),
        cache.replace(SECRET, &secret).await.unwrap_err(),
        cache.get_many([SECRET]).await.unwrap_err(),
        cache.items().await.unwrap_err(),
        cache.values().await.unwrap_err(),
        keys.keys().await.unwrap_err(),
        keys.to_map().await.unwrap_err(),
        talkative.set(SECRET, vec![Talkative]).await.unwrap_err(),
        numbers.increment(SECRET, 1).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn no_error_of_a_cache_quotes_a_key_or_a_value() {
    let (one, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    for error in errors_of::<Typestring>(&one).await.iter().chain(&errors_of::<Json>(&other).await) {
        assert_silent(error);
    }
}
