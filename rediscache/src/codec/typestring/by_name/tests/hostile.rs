//! Bytes and layouts that nobody of us wrote: each ends, in an error or a value, and in time.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Outcome, describe, described, outcome, read_described, read_positional, stored};
use crate::codec::typestring::limit::{TOO_DEEP, TOO_MANY_FREE};
use crate::shape::Schema;

/// How many bytes and how many layouts are tried; `HOSTILE_ROUNDS=1000000 cargo test --release -p rediscache --lib hostile` is
/// a long run.
fn rounds() -> usize {
    let wanted = std::env::var("HOSTILE_ROUNDS").ok();
    wanted.map_or(3000, |rounds| rounds.parse().expect("HOSTILE_ROUNDS is a number"))
}

/// What an input takes at the most on any machine; it is some microseconds mostly.
const IN_TIME: Duration = Duration::from_millis(20);

/// What a shape of this JSON makes of these bytes.
fn read<T: DeserializeOwned + 'static>(shape: &str, body: &[u8]) -> Outcome<T> {
    let json = format!(r#"{{"shape":{shape}}}"#);
    let schema = Schema::from_json(json.as_bytes()).expect("it is the JSON of a shape");
    outcome(read_positional(body, &schema.layout))
}

/// What is said of what is longer or deeper than it may be.
fn is_of_bounds(error: &str) -> bool {
    [TOO_DEEP, TOO_MANY_FREE, "it claims to be longer or deeper than it can be"]
        .iter()
        .any(|text| error.ends_with(text))
}

/// Reads it, and leaves it out: both are refused.
#[track_caller]
fn is_out_of_bounds(shape: &str, body: &[u8]) {
    let errors = [read::<Value>(shape, body).map(drop), read::<IgnoredAny>(shape, body).map(drop)];
    for error in errors.map(|read| read.expect_err("it is refused")) {
        assert!(is_of_bounds(&error), "{error}");
    }
}

#[test]
fn shapes_without_an_end_are_out_of_bounds() {
    is_out_of_bounds(r#"{"tuple":[{"again":0},{"again":0}]}"#, &[]);
    is_out_of_bounds(r#"{"array":[{"again":0},2]}"#, &[]);
    is_out_of_bounds(r#"{"struct":[{"name":"a","form":{"again":0}},{"name":"a","form":{"again":0}}]}"#, &[]);
    is_out_of_bounds(r#"{"option":{"again":0}}"#, &[1; 1000]);
    is_out_of_bounds(r#"{"sequence":{"again":0}}"#, &[1; 1000]);
    is_out_of_bounds(r#"{"map":["text",{"again":0}]}"#, &[1, 1, b'a'].repeat(300));
    assert!(read::<IgnoredAny>(r#"{"map":[{"again":0},"u8"]}"#, &[1; 1000]).is_err_and(|error| is_of_bounds(&error)));
    let newtype = r#"{"enum":[{"names":["a"],"content":{"newtype":{"again":0}}}]}"#;
    assert!(read::<IgnoredAny>(newtype, &[0; 1000]).is_err_and(|error| is_of_bounds(&error)));
    is_out_of_bounds(newtype, &[0; 1000]);
}

#[test]
fn elements_without_bytes_are_counted() {
    is_out_of_bounds(r#"{"array":["unit",1152921504606846976]}"#, &[]);
    let is_refused = |shape: &str| read::<IgnoredAny>(shape, &[]).is_err_and(|error| is_of_bounds(&error));
    let nested = r#"{"array":[{"array":[{"array":["unit",65536]},65536]},65536]}"#;
    assert!(is_refused(nested));
    assert!(is_refused(r#"{"array":[{"tuple":[]},1152921504606846976]}"#));
    let fields: Vec<String> = (0..2000).map(|name| format!(r#"{{"name":"{name}","form":"unit"}}"#)).collect();
    let fields = format!(r#"{{"array":[{{"struct":[{}]}},1048576]}}"#, fields.join(","));
    assert!(is_refused(&fields));
    // Of 2^20 elements, and one more.
    let read = |length: u32| read::<Vec<()>>(r#"{"sequence":"unit"}"#, &[&[252][..], &length.to_le_bytes()].concat());
    assert_eq!(read(1 << 20).map(|(units, _)| units.len()), Ok(1 << 20));
    assert!(read((1 << 20) + 1).is_err_and(|error| is_of_bounds(&error)));
}

#[test]
fn lengths_that_are_only_claimed_are_out_of_bounds() {
    let claim = [[253].as_slice(), &u64::MAX.to_le_bytes()].concat();
    is_out_of_bounds(r#"{"sequence":"u8"}"#, &claim);
    is_out_of_bounds(r#"{"map":["u8","u8"]}"#, &claim);
    for shape in [r#""text""#, r#""bytes""#] {
        assert_eq!(read::<IgnoredAny>(shape, &claim), Err("it ends too early".to_owned()));
    }
    // What a visitor may reserve for elements of some size.
    let claim = [[252].as_slice(), &(1_u32 << 20).to_le_bytes()].concat();
    assert!(read::<Vec<[u64; 4]>>(r#"{"sequence":"u8"}"#, &claim).is_err());
}

#[test]
fn what_no_shape_says_is_refused() {
    assert!(read::<IgnoredAny>(r#"{"enum":[]}"#, &[0]).is_err());
    assert!(read::<IgnoredAny>(r#"{"again":7}"#, &[0]).is_err());
    assert!(read::<IgnoredAny>(r#""unknown""#, &[0]).is_err());
    assert!(read::<IgnoredAny>(r#"{"enum":[{"names":["a"],"content":"unknown"}]}"#, &[0]).is_err());
    assert!(read::<String>(r#"{"enum":[{"names":[],"content":"unit"}]}"#, &[0]).is_err());
    assert!(read::<Option<u8>>(r#"{"option":"u8"}"#, &[2, 0]).is_err());
    assert!(read::<bool>(r#""bool""#, &[2]).is_err());
    assert_eq!(read::<u8>(r#""u8""#, &[1, 2]), Err("1 bytes are left over after the value".to_owned()));
    let twice = r#"{"struct":[{"name":"a","form":"u8"},{"name":"a","form":"u8"}]}"#;
    assert_eq!(read::<Deep>(twice, &[1, 2]).map(drop), Err("`a` is there twice".to_owned()));
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Deep {
    #[serde(default)]
    a: u8,
    #[serde(default)]
    b: Option<Box<Deep>>,
    #[serde(default)]
    c: BTreeMap<String, Vec<(i32, f32)>>,
    #[serde(default)]
    d: Vec<Kind>,
    #[serde(default)]
    e: char,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Unit,
    Newtype(i64),
    Tuple(String, bool),
    Struct { x: u128, y: Option<()> },
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Other {
    #[serde(default)]
    d: Option<Vec<Kind>>,
    #[serde(default)]
    b: Option<Box<Other>>,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

fn deep() -> Deep {
    let kinds =
        vec![Kind::Unit, Kind::Newtype(-70_000), Kind::Tuple("t".into(), true), Kind::Struct { x: 1 << 90, y: None }];
    let inner = Deep { a: 1, e: 'ß', ..Deep::default() };
    let c = BTreeMap::from([("k".to_owned(), vec![(1, 0.5), (-1, 2.0)]), (String::new(), Vec::new())]);
    Deep { a: 200, b: Some(Box::new(inner)), c, d: kinds, e: 'x' }
}

/// Numbers that are the same at every run.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        // Small ones are lengths and tags more often.
        let end = [4, 8, 256][self.below(3)];
        u8::try_from(self.below(end)).unwrap_or_default()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(40)).map(|_| self.byte()).collect()
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let (at, byte) = (self.below(bytes.len()), self.byte());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|it| *it = byte),
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Positional(&'a [u8], &'a Schema),
    Described(&'a [u8]),
}

impl Source<'_> {
    /// Reads as many types; whatever comes of it, it is soon. How many it was read as.
    fn read_all(self) -> usize {
        let read = [
            self.read::<Deep>(),
            self.read::<Other>(),
            self.read::<Value>(),
            self.read::<IgnoredAny>(),
            self.read::<(u8, Option<String>, Vec<Kind>)>(),
        ];
        read.into_iter().filter(|read| *read).count()
    }

    fn read<T: DeserializeOwned + 'static>(self) -> bool {
        match self {
            Self::Positional(body, schema) => read_positional::<T>(body, &schema.layout).is_ok(),
            Self::Described(body) => read_described::<T>(body, false).is_ok(),
        }
    }
}

#[test]
fn bytes_that_were_changed_end_in_time() {
    let (body, schema) = stored(&deep());
    let mut numbers = Numbers(0x5eed);
    let packed = described(&body, &schema.layout);
    let begin = Instant::now();
    let mut was_read = 0;
    for round in 0..rounds() {
        let (mut body, mut packed) = (body.clone(), packed.clone());
        if round % 4 == 0 {
            (body, packed) = (numbers.bytes(), numbers.bytes());
        } else {
            numbers.change(&mut body);
            numbers.change(&mut packed);
        }
        was_read += Source::Positional(&body, schema).read_all() + Source::Described(&packed).read_all();
    }
    assert!(was_read > 500, "{was_read}");
    assert!(begin.elapsed() < IN_TIME * u32::try_from(rounds()).expect("a number of rounds"), "{:?}", begin.elapsed());
}

#[test]
fn layouts_that_were_changed_end_in_time() {
    let (body, schema) = stored(&deep());
    let mut numbers = Numbers(0x1a10);
    let (begin, mut layouts) = (Instant::now(), 0);
    for _ in 0..rounds() {
        let Some(changed) = changed(schema.json(), &mut numbers) else { continue };
        layouts += 1;
        let mut body = body.clone();
        if numbers.below(2) == 0 {
            numbers.change(&mut body);
        }
        Source::Positional(&body, &changed).read_all();
    }
    assert!(layouts > 300, "{layouts}");
    assert!(begin.elapsed() < IN_TIME * u32::try_from(rounds()).expect("a number of rounds"), "{:?}", begin.elapsed());
}

/// A schema in which some words stand for others.
fn changed(json: &[u8], numbers: &mut Numbers) -> Option<Schema> {
    const WORDS: [&str; 12] =
        ["u8", "i64", "u128", "unit", "text", "bytes", "char", "f32", "bool", r#"{"again":0}"#, r#"{"again":1}"#, "a"];
    let mut text = String::from_utf8(json.to_vec()).ok()?;
    for _ in 0..=numbers.below(3) {
        let (from, to) = (WORDS[numbers.below(9)], WORDS[numbers.below(12)]);
        let to = if to.starts_with('{') { to.to_owned() } else { format!("{to:?}") };
        let places: Vec<_> = text.match_indices(&format!("{from:?}")).map(|(at, found)| (at, found.len())).collect();
        if let Some((at, length)) = places.get(numbers.below(places.len())) {
            text.replace_range(*at..at + length, &to);
        }
    }
    Schema::from_json(text.as_bytes())
}

#[test]
fn a_deep_value_that_describes_itself_is_out_of_bounds() {
    for level in [0x91, 0x81] {
        let body = [level; 100_000];
        assert!(read_described::<IgnoredAny>(&body, false).is_err());
        assert!(read_described::<Value>(&body, false).is_err());
    }
    let body = [[0x91; 127].as_slice(), &[0]].concat();
    assert!(read_described::<Value>(&body, false).is_ok());
    let (body, schema) = stored(&vec![vec![1_u8], vec![2]]);
    assert_eq!(described(&body, &schema.layout), [0x92, 0x91, 1, 0x91, 2]);
}

#[test]
fn what_cannot_be_read_is_not_described() {
    let describe = |shape: &str, body: &[u8]| {
        let json = format!(r#"{{"shape":{shape}}}"#);
        let schema = Schema::from_json(json.as_bytes()).expect("it is the JSON of a shape");
        describe(body, &schema.layout, &mut Vec::new()).map_err(|error| error.to_string())
    };
    assert_eq!(describe(r#"{"sequence":"u8"}"#, &[2, 1, 2]), Ok(()));
    assert_eq!(describe(r#"{"sequence":"u8"}"#, &[2, 1]), Err("it ends too early".to_owned()));
    assert_eq!(describe(r#""u8""#, &[1, 1]), Err("1 bytes are left over after the value".to_owned()));
    assert!(describe(r#"{"array":["unit",1152921504606846976]}"#, &[]).is_err());
    assert!(describe(r#"{"array":["unit",2097152]}"#, &[]).is_err());
    assert!(describe(r#"{"tuple":[{"again":0},{"again":0}]}"#, &[]).is_err());
    let aliased = r#"{"enum":[{"names":["a","b"],"content":"unit"}]}"#;
    assert!(describe(aliased, &[0]).is_err_and(|error| error.contains("several names")));
}
