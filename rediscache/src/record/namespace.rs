//! What is on record of one namespace, as JSON. What is not understood, as that of a newer program, is left as it is.

use serde_json::{Map, Value, json};

use super::kind::ObjectTypes;
use crate::shape::Schema;

/// How long one record may be, in bytes.
const LONGEST: usize = 64 << 10;

/// How many programs are named with an object; the oldest go.
const MOST_PROGRAMS: usize = 8;

/// When a record is renewed, in seconds.
const RENEWED_AFTER: u64 = 24 * 60 * 60;

/// A shape that is not told.
const UNKNOWN: &str = "unknown";

/// The record of one namespace.
#[derive(Debug, Default)]
pub(crate) struct NamespaceRecord {
    /// A JSON object, in which `objects` is what is known here.
    parts: Map<String, Value>,
}

/// What a program adds to a record: one object of it.
#[derive(Debug)]
pub(crate) struct ObjectEntry {
    /// `kind`, `codec`, `key` and `value`: what tells it from other objects of the namespace.
    types: Map<String, Value>,
    /// The name of this program, if that is known.
    pub(crate) program: Option<&'static str>,
    /// One of the names that are made at run time, for an object that has many.
    pub(crate) namespace: Option<String>,
}

/// One object on record, as far as it is understood.
#[derive(Debug)]
pub(crate) struct RecordedObject {
    pub(crate) kind: String,
    pub(crate) codec: String,
    /// That of its keys, if it has some.
    pub(crate) key: Option<Schema>,
    pub(crate) value: Schema,
    pub(crate) programs: Vec<String>,
    /// One of its names, where these are made at run time.
    pub(crate) namespace: Option<String>,
    /// When it was written, in seconds since 1970 and to a day.
    pub(crate) last: u64,
}

impl ObjectEntry {
    pub(crate) fn new(types: &ObjectTypes, version: u32) -> Self {
        let key = types.key.as_ref().map_or(Value::Null, |key| shape(&parsed((key.schema)())));
        let value = parsed((types.value_schema)(version));
        let parts =
            [("kind", types.kind.name().into()), ("codec", (types.codec)().into()), ("key", key), ("value", value)];
        let types = parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect();
        Self { types, program: None, namespace: None }
    }

    /// The same without the shapes, where these are too large to be kept.
    fn without_shapes(&self) -> Self {
        let mut types = self.types.clone();
        if types.get("key").is_some_and(|key| !key.is_null()) {
            types.insert("key".to_owned(), UNKNOWN.into());
        }
        types.insert("value".to_owned(), json!({ "shape": UNKNOWN }));
        Self { types, program: self.program, namespace: self.namespace.clone() }
    }

    /// Whether this is an object of the same types.
    fn is(&self, recorded: &Value) -> bool {
        self.types.iter().all(|(name, part)| recorded.get(name) == Some(part))
    }

    fn new_object(&self) -> Map<String, Value> {
        let mut object = self.types.clone();
        if let Some(namespace) = &self.namespace {
            object.insert("runtime".to_owned(), true.into());
            object.insert("namespace".to_owned(), namespace.as_str().into());
        }
        object
    }
}

/// The stored form of a schema, as JSON.
fn parsed(schema: &Schema) -> Value {
    serde_json::from_slice(schema.json()).unwrap_or_else(|_| json!({ "shape": UNKNOWN }))
}

fn shape(schema: &Value) -> Value {
    schema.get("shape").cloned().unwrap_or_else(|| UNKNOWN.into())
}

impl NamespaceRecord {
    /// What is stored; nothing, where that is no record.
    pub(crate) fn read(stored: &[u8]) -> Self {
        let read = if stored.len() > LONGEST { None } else { serde_json::from_slice(stored).ok() };
        Self { parts: read.unwrap_or_default() }
    }

    /// What is to be stored, so that this object is on record as of `now`, in seconds since 1970; `None` where it is
    /// already. Of more than `most` objects, the oldest go.
    pub(crate) fn with(mut self, entry: &ObjectEntry, now: u64, most: usize) -> Option<Vec<u8>> {
        let mut objects = self.take_objects();
        let at = objects.iter().position(|object| entry.is(object));
        let mut object = match at.map(|at| objects.remove(at)) {
            Some(Value::Object(object)) => object,
            _ => entry.new_object(),
        };
        if at.is_some() && !is_due(&object, entry.program, now) {
            return None;
        }
        renew(&mut object, entry.program, now);
        objects.sort_by_key(|object| std::cmp::Reverse(last_of(object)));
        objects.truncate(most.saturating_sub(1));
        objects.insert(0, object.into());
        self.fitting(objects, entry, now)
    }

    fn take_objects(&mut self) -> Vec<Value> {
        match self.parts.remove("objects") {
            Some(Value::Array(objects)) => objects,
            _ => Vec::new(),
        }
    }

    /// Leaves out the oldest objects, then what is not understood, then the shapes, until it is short enough and can be
    /// read back.
    fn fitting(mut self, mut objects: Vec<Value>, entry: &ObjectEntry, now: u64) -> Option<Vec<u8>> {
        loop {
            self.parts.insert("objects".to_owned(), Value::Array(objects.clone()));
            let json = serde_json::to_vec(&self.parts).ok()?;
            if json.len() <= LONGEST && serde_json::from_slice::<serde::de::IgnoredAny>(&json).is_ok() {
                return Some(json);
            }
            if objects.len() > 1 {
                objects.pop();
            } else if self.parts.len() > 1 {
                self.parts.clear();
            } else {
                let mut object = entry.without_shapes().new_object();
                renew(&mut object, entry.program, now);
                let json = serde_json::to_vec(&json!({ "objects": [object] })).ok()?;
                return (json.len() <= LONGEST).then_some(json);
            }
        }
    }

    /// Those objects that are understood.
    pub(crate) fn objects(&self) -> Vec<RecordedObject> {
        let objects = self.parts.get("objects").and_then(Value::as_array);
        objects.into_iter().flatten().filter_map(RecordedObject::read).collect()
    }
}

/// Whether an object on record is to be renewed.
fn is_due(object: &Map<String, Value>, program: Option<&str>, now: u64) -> bool {
    let seen = match program {
        Some(program) => object.get("programs").and_then(|programs| programs.get(program)),
        None => object.get("last"),
    };
    seen.and_then(Value::as_u64).is_none_or(|seen| seen.abs_diff(now) >= RENEWED_AFTER)
}

fn renew(object: &mut Map<String, Value>, program: Option<&str>, now: u64) {
    object.insert("last".to_owned(), now.into());
    let Some(program) = program else { return };
    let mut programs = match object.remove("programs") {
        Some(Value::Object(programs)) => programs,
        _ => Map::new(),
    };
    programs.insert(program.to_owned(), now.into());
    while programs.len() > MOST_PROGRAMS {
        let others = programs.iter().filter(|(name, _)| *name != program);
        let oldest = others.min_by_key(|(_, seen)| seen.as_u64()).map(|(name, _)| name.clone());
        programs.remove(&oldest.unwrap_or_default());
    }
    object.insert("programs".to_owned(), programs.into());
}

/// When an object was last written; long ago, where that is not told.
fn last_of(object: &Value) -> u64 {
    object.get("last").and_then(Value::as_u64).unwrap_or_default()
}

impl RecordedObject {
    fn read(object: &Value) -> Option<Self> {
        let text = |name| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let schema = |json: &Value| Schema::from_json(&serde_json::to_vec(json).ok()?);
        let key = match object.get("key") {
            None | Some(Value::Null) => None,
            Some(shape) => Some(schema(&json!({ "shape": shape }))?),
        };
        let programs = object.get("programs").and_then(Value::as_object);
        let programs = programs.into_iter().flat_map(Map::keys).cloned().collect();
        let (kind, codec, value) = (text("kind")?, text("codec")?, schema(object.get("value")?)?);
        Some(Self { kind, codec, key, value, programs, namespace: text("namespace"), last: last_of(object) })
    }
}
