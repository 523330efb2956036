//! What bincode writes of a value can be walked by the shape of its type, as a reader of older values will.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use bincode::config::standard;
use rediscache::Shape;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A shape, read again from its text: no two parts are written alike.
#[derive(Debug)]
enum Parsed {
    Scalar(String),
    Option(Box<Parsed>),
    Sequence(Box<Parsed>),
    Map(Box<Parsed>, Box<Parsed>),
    Array(Box<Parsed>, usize),
    Parts(Vec<Parsed>),
    Enum(Vec<Vec<Parsed>>),
    Label(usize, Box<Parsed>),
    Again(usize),
}

struct Parser<'a>(&'a str);

impl Parser<'_> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.0.strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn word(&mut self) -> String {
        let end = self.0.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        assert!(!word.is_empty(), "no word: {}", self.0);
        self.0 = rest;
        word.to_owned()
    }

    fn list(&mut self, close: &str, mut item: impl FnMut(&mut Self) -> Parsed) -> Vec<Parsed> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(item(self));
            let _ = self.take(", ") || self.take(",");
        }
        items
    }

    fn field(&mut self) -> Parsed {
        self.word();
        assert!(self.take(": "), "{}", self.0);
        self.shape()
    }

    fn variants(&mut self) -> Vec<Vec<Parsed>> {
        let mut variants = Vec::new();
        while !self.take(">") {
            self.word();
            while self.take("/") {
                self.word();
            }
            variants.push(if self.take("(") {
                self.list(")", Self::shape)
            } else if self.take("{") {
                self.list("}", Self::field)
            } else {
                Vec::new()
            });
            self.take(" | ");
        }
        variants
    }

    fn shape(&mut self) -> Parsed {
        if self.take("#") {
            let label = self.word().parse().expect("a label is a number");
            return if self.take("=") { Parsed::Label(label, Box::new(self.shape())) } else { Parsed::Again(label) };
        }
        if self.take("option<") {
            let inner = self.shape();
            assert!(self.take(">"));
            return Parsed::Option(Box::new(inner));
        }
        if self.take("map<") {
            let mut entry = self.list(">", Self::shape);
            let (value, key) = (entry.pop().expect("a value"), entry.pop().expect("a key"));
            return Parsed::Map(Box::new(key), Box::new(value));
        }
        if self.take("[") {
            let inner = Box::new(self.shape());
            let length = self.take("; ").then(|| self.word().parse().expect("a length is a number"));
            assert!(self.take("]"));
            return match length {
                Some(length) => Parsed::Array(inner, length),
                None => Parsed::Sequence(inner),
            };
        }
        if self.take("(") {
            return Parsed::Parts(self.list(")", Self::shape));
        }
        if self.take("{") {
            return Parsed::Parts(self.list("}", Self::field));
        }
        if self.take("<") {
            return Parsed::Enum(self.variants());
        }
        Parsed::Scalar(self.word())
    }
}

/// Walks over the bytes of one value.
struct Walk<'a> {
    rest: &'a [u8],
    labels: Vec<(usize, &'a Parsed)>,
}

impl<'a> Walk<'a> {
    fn number<T: bincode::Decode<()>>(&mut self) -> T {
        let (number, used) = bincode::decode_from_slice(self.rest, standard()).expect("a number stands here");
        self.rest = &self.rest[used..];
        number
    }

    fn skip(&mut self, count: u64) {
        self.rest = &self.rest[usize::try_from(count).expect("it is short")..];
    }

    fn walk(&mut self, shape: &'a Parsed) {
        match shape {
            Parsed::Scalar(name) => self.scalar(name),
            Parsed::Option(inner) => {
                if self.number::<u8>() == 1 {
                    self.walk(inner);
                }
            }
            Parsed::Sequence(inner) => (0..self.number::<u64>()).for_each(|_| self.walk(inner)),
            Parsed::Map(key, value) => (0..self.number::<u64>()).for_each(|_| {
                self.walk(key);
                self.walk(value);
            }),
            Parsed::Array(inner, count) => (0..*count).for_each(|_| self.walk(inner)),
            Parsed::Parts(parts) => parts.iter().for_each(|part| self.walk(part)),
            Parsed::Enum(variants) => {
                let index = usize::try_from(self.number::<u32>()).expect("it is small");
                variants[index].iter().for_each(|part| self.walk(part));
            }
            Parsed::Label(label, inner) => {
                self.labels.push((*label, inner));
                self.walk(inner);
            }
            Parsed::Again(label) => {
                let (_, inner) = *self.labels.iter().rev().find(|(other, _)| other == label).expect("it is labelled");
                self.walk(inner);
            }
        }
    }

    fn scalar(&mut self, name: &str) {
        match name {
            "unit" => {}
            "bool" | "u8" | "i8" => self.skip(1),
            "u16" => drop(self.number::<u16>()),
            "u32" => drop(self.number::<u32>()),
            "u64" => drop(self.number::<u64>()),
            "u128" => drop(self.number::<u128>()),
            "i16" => drop(self.number::<i16>()),
            "i32" => drop(self.number::<i32>()),
            "i64" => drop(self.number::<i64>()),
            "i128" => drop(self.number::<i128>()),
            "char" => drop(self.number::<char>()),
            "f32" => self.skip(4),
            "f64" => self.skip(8),
            "text" | "bytes" => {
                let length = self.number();
                self.skip(length);
            }
            other => panic!("{other} is no scalar"),
        }
    }
}

/// Checks that the shape leads to the end of the value, and no further.
fn fits<T: Serialize + DeserializeOwned + 'static>(values: &[T]) {
    let text = Shape::of::<T>().to_string();
    let mut parser = Parser(&text);
    let parsed = parser.shape();
    assert_eq!(parser.0, "", "{text}");
    for value in values {
        let bytes = bincode::serde::encode_to_vec(value, standard()).expect("it is written");
        let mut walk = Walk { rest: &bytes, labels: Vec::new() };
        walk.walk(&parsed);
        assert!(walk.rest.is_empty(), "{text}: {} bytes are left", walk.rest.len());
    }
}

#[derive(Serialize, Deserialize, Clone)]
struct Profile {
    name: String,
    age: u32,
    tags: Vec<String>,
    boss: Option<Box<Profile>>,
    at: chrono::DateTime<chrono::Utc>,
}

#[derive(Serialize, Deserialize)]
enum Event {
    Start,
    Moved { x: f32, y: f32 },
    Said(String),
    Both(u8, i64),
    Nested(Box<Event>),
    Held(()),
    Kind(Option<Kind>),
}

#[derive(Serialize, Deserialize)]
enum Kind {
    #[serde(alias = "Old")]
    A,
    B([u16; 3]),
}

#[derive(Serialize, Deserialize)]
struct Aliases {
    #[serde(alias = "z", alias = "a")]
    middle: u8,
    #[serde(skip)]
    _skipped: u64,
    last: String,
}

#[derive(Serialize, Deserialize)]
struct Tree(BTreeMap<String, Tree>);

#[test]
fn structs_and_enums_are_walked() {
    let boss = Profile { name: "a".into(), age: 70_000, tags: vec![], boss: None, at: chrono::DateTime::UNIX_EPOCH };
    let tags = vec!["x".into(), "y".into()];
    fits(&[boss.clone(), Profile { boss: Some(Box::new(boss.clone())), tags, age: 1, ..boss }]);
    fits(&[
        Event::Start,
        Event::Moved { x: 1.0, y: 2.0 },
        Event::Said("some text".into()),
        Event::Both(1, i64::MIN),
        Event::Nested(Box::new(Event::Nested(Box::new(Event::Kind(Some(Kind::B([1, 2, 70]))))))),
        Event::Held(()),
        Event::Kind(None),
        Event::Kind(Some(Kind::A)),
    ]);
    fits(&[Aliases { middle: 1, _skipped: 2, last: "b".into() }]);
}

#[test]
fn recursion_is_walked() {
    let leaf = || Tree(BTreeMap::new());
    fits(&[leaf(), Tree(BTreeMap::from([("a".into(), leaf()), ("b".into(), Tree([("c".into(), leaf())].into()))]))]);
}

#[test]
fn foreign_types_are_walked() {
    let ips = ["127.0.0.1", "::1"].map(|ip| ip.parse::<IpAddr>().expect("it is an address"));
    fits(&ips);
    fits(&ips.map(|ip| SocketAddr::new(ip, 8080)));
    fits(&[uuid::Uuid::from_u128(7)]);
    fits(&[url::Url::parse("https://example.com/a?b").expect("it is a URL")]);
    fits(&[Duration::from_millis(1_234_567)]);
    fits(&[SystemTime::now()]);
    fits(&[time::OffsetDateTime::UNIX_EPOCH]);
    fits(&[Ok(7), Err::<u8, String>("no".into())]);
    fits(&[0..7_u32, 3..3]);
    fits(&[Cow::<'static, str>::Borrowed("text")]);
    fits(&[chrono::Weekday::Tue]);
    fits(&[HashSet::from([1_i128, -5]), HashSet::new()]);
    fits(&[(1_u8, -70_000_i32, 'ß', true, 1.5_f64, ((), [(1_u16, 2_u16); 3]))]);
    fits(&[Some(Some(vec![None, Some(3_u64)])), Some(None), None]);
}
