//! What values of a type are stored as: their shape, and which meaning it has.

use std::any::TypeId;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Shape;
use super::fingerprint::Fingerprint;
use super::form::Form;
use super::found::FoundShape;
use super::layout::{Layout, Place};

/// The version of what was never given one.
pub(crate) const FIRST_VERSION: u32 = 1;

/// How long the JSON of a schema may be: of a thousand fields, and more than anyone should wait for.
const LONGEST: usize = 128 << 10;

/// A shape, and a version that tells meanings of one shape apart.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) shape: Shape,
    pub(crate) version: u32,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) layout: Layout,
    /// As it is stored.
    json: Box<[u8]>,
    is_positional: bool,
}

/// The stored form.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "is_first_version")]
    version: u32,
    shape: &'a Form,
}

#[derive(Deserialize)]
struct Read {
    #[serde(default = "first_version")]
    version: u32,
    shape: Form,
}

type Made = HashMap<(TypeId, u32), &'static Schema, foldhash::quality::RandomState>;

/// By type, for good: a program has only so many.
static MADE: RwLock<Option<Made>> = RwLock::new(None);

impl Schema {
    /// That of a type: one for all types that read the same. It is found at the first use.
    pub(crate) fn of<T: DeserializeOwned + 'static>(version: u32) -> &'static Self {
        thread_local! {
            // The same type is mostly asked for again and again.
            static LAST: Cell<Option<(TypeId, &'static Schema)>> = const { Cell::new(None) };
        }
        let id = TypeId::of::<T>();
        match LAST.get() {
            Some((last, schema)) if last == id && schema.version == version => schema,
            _ => {
                let schema = Self::find((id, version), Shape::of::<T>);
                LAST.set(Some((id, schema)));
                schema
            }
        }
    }

    fn find(key: (TypeId, u32), shape: fn() -> Shape) -> &'static Self {
        let known =
            MADE.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|made| made.get(&key).copied());
        if let Some(schema) = known {
            return schema;
        }
        // Not under the lock, since it runs the type's own code.
        let new = Self::new(shape(), key.1);
        let mut made = MADE.write().unwrap_or_else(PoisonError::into_inner);
        let made = made.get_or_insert_default();
        let twin = made.values().copied().find(|schema| **schema == new);
        made.entry(key).or_insert_with(|| twin.unwrap_or_else(|| Box::leak(Box::new(new))))
    }

    /// The equal one of this program's own types, if there is one.
    pub(crate) fn own(&self) -> Option<&'static Self> {
        let made = MADE.read().unwrap_or_else(PoisonError::into_inner);
        made.as_ref()?.values().copied().find(|schema| *schema == self)
    }

    fn new(shape: Shape, version: u32) -> Self {
        let (layout, fingerprint) = (Layout::of(shape.form()), Fingerprint::of(&text(&shape, version)));
        // Of strings, numbers and bools: nothing that JSON has no form for.
        let json = serde_json::to_vec(&Written { version, shape: shape.form() }).unwrap_or_default();
        // What is too long, or nests too deeply, nobody could read.
        let is_positional = layout.is_known() && read(&json).is_some_and(|read| read.shape == **shape.form());
        Self { shape, version, fingerprint, layout, json: json.into(), is_positional }
    }

    /// What [`json`](Self::json) wrote, or anything else.
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        let Read { version, shape } = read(json)?;
        Some(Self::new(Shape::over(FoundShape::new(Arc::new(shape))), version))
    }

    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// Whether its values are no more than a number, a text or a bool.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self.layout.at(Layout::WHOLE), Place::Scalar(_))
    }

    /// Whether values can be stored by position, for those who know the schema.
    pub(crate) fn is_positional(&self) -> bool {
        self.is_positional
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.version == other.version && self.shape == other.shape
    }
}

fn read(json: &[u8]) -> Option<Read> {
    if json.len() > LONGEST { None } else { serde_json::from_slice(json).ok() }
}

fn text(shape: &Shape, version: u32) -> String {
    if is_first_version(&version) { shape.to_string() } else { format!("{version}: {shape}") }
}

fn first_version() -> u32 {
    FIRST_VERSION
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_first_version(version: &u32) -> bool {
    *version == FIRST_VERSION
}
