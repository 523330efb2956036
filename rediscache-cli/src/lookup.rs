//! What is on record of objects, and how their keys and values are read.

use std::collections::{BTreeMap, BTreeSet};

use rediscache::inspect::{
    ObjectRecord, RUNTIME, StoredShape, StoredShapes, StoredValue, read_json, read_record, read_typestring, shape_told,
};

use crate::error::Result;
use crate::json::Json;
use crate::names;
use crate::server::Server;
use crate::text;

/// How many shapes are looked up at the most: a program has not as many.
const MOST_SHAPES: usize = 10_000;

/// How many records are asked for at once.
const PAGE: usize = 100;

/// What is on record.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// By the full name of the object.
    objects: BTreeMap<Vec<u8>, Vec<ObjectRecord>>,
    /// Those whose names are made at run time, with the prefix below which they are.
    runtime: Vec<(Vec<u8>, ObjectRecord)>,
}

impl Catalog {
    /// All that is on record below these prefixes.
    pub(crate) fn of(server: &mut Server, prefixes: &[Vec<u8>]) -> Result<Self> {
        let mut catalog = Self::default();
        for prefix in prefixes {
            let (key, mut cursor) = (names::below(prefix, names::OBJECTS.as_bytes()), 0);
            loop {
                let (next, fields) = server.fields(&key, cursor, PAGE)?;
                fields.iter().for_each(|(name, record)| catalog.add(prefix, name, record));
                cursor = next;
                if cursor == 0 {
                    break;
                }
            }
        }
        Ok(catalog)
    }

    /// What is on record of the object of this name.
    pub(crate) fn of_key(server: &mut Server, key: &[u8]) -> Result<Self> {
        let mut catalog = Self::default();
        for prefix in names::prefixes(key) {
            let objects = names::below(prefix, names::OBJECTS.as_bytes());
            let name = names::local(prefix, key).unwrap_or(key);
            let family = names::of_family(name).unwrap_or_default();
            let ask = redis::cmd("HMGET").arg(&objects).arg(name).arg(&family).arg(RUNTIME).clone();
            // What is no hash is no record of ours.
            let Ok([own, of_all, runtime]) = server.ask::<[Option<Vec<u8>>; 3]>(&objects, &ask) else { continue };
            own.into_iter().for_each(|record| catalog.add(prefix, name, &record));
            of_all.into_iter().for_each(|record| catalog.add(prefix, &family, &record));
            runtime.into_iter().for_each(|record| catalog.add(prefix, RUNTIME.as_bytes(), &record));
        }
        Ok(catalog)
    }

    fn add(&mut self, prefix: &[u8], name: &[u8], record: &[u8]) {
        let records = read_record(record);
        if name == RUNTIME.as_bytes() {
            self.runtime.extend(records.into_iter().map(|record| (prefix.to_vec(), record)));
        } else if !records.is_empty() {
            self.objects.entry(names::below(prefix, name)).or_default().extend(records);
        }
    }

    pub(crate) fn objects(&self) -> impl Iterator<Item = (&Vec<u8>, &Vec<ObjectRecord>)> {
        self.objects.iter()
    }

    /// What is on record of the object of this name, which is kept like this; for a name made at run time, all that it may be.
    pub(crate) fn find(&self, key: &[u8], holder: &str) -> Vec<&ObjectRecord> {
        if let Some(records) = self.objects.get(key).or_else(|| self.objects.get(&names::of_family(key)?)) {
            return records.iter().collect();
        }
        let may_be = |(prefix, record): &&(Vec<u8>, ObjectRecord)| {
            names::local(prefix, key).is_some() && holder_of(&record.kind) == Some(holder)
        };
        let found: Vec<_> = self.runtime.iter().filter(may_be).map(|(_, record)| record).collect();
        let is_it =
            |record: &&&ObjectRecord| record.namespace.as_deref().is_some_and(|name| key.ends_with(name.as_bytes()));
        match found.iter().find(is_it) {
            Some(record) => vec![record],
            None => found,
        }
    }
}

/// What objects of a kind are kept in: a Redis type, or `entries` that have a key each.
pub(crate) fn holder_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "cache" => "hash",
        "queue" | "task_queue" => "list",
        "set" => "set",
        "ranking" => "zset",
        "value" => "string",
        "ttl_cache" | "limit" | "lock" => "entries",
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Typestring,
    Json,
    /// That of a type of the program.
    Own,
    /// Nothing is on record.
    Unknown,
}

/// Reads keys and values of one object.
#[derive(Debug)]
pub(crate) struct Reader {
    encoding: Encoding,
    shapes: StoredShapes,
    /// Those that were looked up, and those found.
    asked: BTreeSet<String>,
    prefixes: Vec<Vec<u8>>,
}

/// What became of reading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    Value(StoredValue),
    /// In a form of which nothing is known here.
    Raw(Vec<u8>),
    /// With the bytes, and why.
    Unreadable(Vec<u8>, String),
}

impl Reader {
    /// Of the object of that name, of which that is on record.
    pub(crate) fn new(key: &[u8], records: &[&ObjectRecord]) -> Self {
        let mut encodings = records.iter().map(|record| match &*record.codec {
            "typestring" => Encoding::Typestring,
            "json" => Encoding::Json,
            _ => Encoding::Own,
        });
        let encoding = match encodings.next() {
            Some(first) if encodings.all(|other| other == first) => first,
            _ => Encoding::Unknown,
        };
        let prefixes = names::prefixes(key).map(<[u8]>::to_vec).collect();
        Self { encoding, shapes: StoredShapes::default(), asked: BTreeSet::new(), prefixes }
    }

    /// Looks up the shapes that these are to be read by.
    pub(crate) fn learn(&mut self, server: &mut Server, stored: impl Iterator<Item: AsRef<[u8]>>) -> Result<()> {
        let mut unknown: Vec<String> = Vec::new();
        for name in stored.filter_map(|stored| shape_told(stored.as_ref())) {
            if self.asked.len() < MOST_SHAPES && self.asked.insert(name.clone()) {
                unknown.push(name);
            }
        }
        for prefix in self.prefixes.iter().rev() {
            unknown.retain(|name| self.shapes.get(name).is_none());
            if unknown.is_empty() {
                break;
            }
            let key = names::below(prefix, names::SHAPES.as_bytes());
            // Where it is no hash, or may not be read, the shape is not found.
            let found: Vec<Option<Vec<u8>>> =
                server.ask(&key, redis::cmd("HMGET").arg(&key).arg(&unknown)).unwrap_or_default();
            for (name, json) in unknown.iter().zip(found) {
                if let Some(shape) = json.and_then(|json| StoredShape::read(name, &json)) {
                    self.shapes.insert(shape);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn shape(&self, name: &str) -> Option<&StoredShape> {
        self.shapes.get(name)
    }

    /// Whether keys may be written like this: as the default codec does, or as JSON.
    pub(crate) fn takes(&self, is_json: bool) -> bool {
        match self.encoding {
            Encoding::Typestring => !is_json,
            Encoding::Json => is_json,
            Encoding::Own => false,
            Encoding::Unknown => true,
        }
    }

    pub(crate) fn read(&self, stored: &[u8]) -> Reading {
        let is_tagged = matches!(stored, [b'i' | b'f' | b's' | b'b' | b'c' | b'm', b'|', ..]);
        let read = match self.encoding {
            Encoding::Typestring => read_typestring(stored, &self.shapes),
            Encoding::Json => read_json(stored),
            Encoding::Unknown if is_tagged => read_typestring(stored, &self.shapes),
            Encoding::Unknown => {
                return read_json(stored).map_or_else(|_| Reading::Raw(stored.to_vec()), Reading::Value);
            }
            Encoding::Own => return Reading::Raw(stored.to_vec()),
        };
        match read {
            Ok(value) => Reading::Value(value),
            Err(reason) => Reading::Unreadable(stored.to_vec(), reason),
        }
    }
}

impl Reading {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Value(value) => text::value(value),
            Self::Raw(bytes) => format!("raw {}", text::shown(bytes)),
            Self::Unreadable(_, reason) => format!("cannot be read: {}", text::escaped(reason)),
        }
    }

    /// As JSON: what is no value is an object of `$raw`, or of `$unreadable` and why.
    pub(crate) fn json(&self) -> Json {
        match self {
            Self::Value(value) => Json::of_value(value),
            Self::Raw(bytes) => crate::json::object! { "$raw": raw(bytes) },
            Self::Unreadable(bytes, reason) => {
                crate::json::object! { "$unreadable": reason.as_str(), "$raw": raw(bytes) }
            }
        }
    }
}

/// Text as it is, and bytes as an object of `$bytes`.
fn raw(bytes: &[u8]) -> Json {
    match str::from_utf8(bytes) {
        Ok(text) => Json::Text(text.to_owned()),
        Err(_) => Json::of_value(&StoredValue::Bytes(bytes.to_vec())),
    }
}
