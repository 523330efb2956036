//! Shapes as they are kept in `$shapes`, and those that were looked up.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{self, RustCode};
use crate::codec::{KnownSchema, Shapes};
use crate::shape::{Fingerprint, Schema, Shape};

/// A shape that is stored, and its version.
#[derive(Clone, Debug)]
pub struct StoredShape(Arc<Schema>);

impl StoredShape {
    pub(super) fn of(schema: Schema) -> Self {
        Self(Arc::new(schema))
    }

    /// Reads what is stored under this name in `$shapes`; `None` where it is no shape, or that of another name.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::inspect::StoredShape;
    ///
    /// assert!(StoredShape::read("00000000", br#"{"shape":"u8"}"#).is_none());
    /// assert!(StoredShape::read("00000000", b"garbage").is_none());
    /// ```
    pub fn read(name: &str, json: &[u8]) -> Option<Self> {
        Schema::from_json(json).map(Self::of).filter(|shape| shape.name() == name)
    }

    /// Its name in `$shapes`: its fingerprint in hexadecimal digits.
    pub fn name(&self) -> String {
        self.0.fingerprint.to_string()
    }

    /// The version of the type, 1 where it was never given one.
    pub fn version(&self) -> u32 {
        self.0.version
    }

    /// What it is the shape of.
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// A Rust type of this shape. Structs and enums in it are named after `name` and their fields.
    pub fn code(&self, name: &str) -> RustCode {
        code::write(&self.0.layout, name)
    }
}

/// The shapes that values are read by.
#[derive(Clone, Debug, Default)]
pub struct StoredShapes(HashMap<Fingerprint, StoredShape>);

impl StoredShapes {
    /// Makes a shape known.
    pub fn insert(&mut self, shape: StoredShape) {
        self.0.insert(shape.0.fingerprint, shape);
    }

    /// One that is known, by its name in `$shapes`.
    pub fn get(&self, name: &str) -> Option<&StoredShape> {
        let number = u32::from_str_radix(name, 16).ok()?;
        self.0.get(&Fingerprint(number.to_be_bytes()))
    }
}

impl Shapes for StoredShapes {
    fn find(&self, fingerprint: Fingerprint) -> Option<KnownSchema> {
        self.0.get(&fingerprint).map(|shape| KnownSchema::Foreign(Arc::clone(&shape.0)))
    }
}
