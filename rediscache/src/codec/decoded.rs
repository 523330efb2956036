//! What reading a value takes, and what it gives.

use std::ops::Deref;
use std::sync::Arc;

use crate::shape::{Fingerprint, Schema};

/// Where shapes are looked up.
pub(crate) trait Shapes: Sync {
    fn find(&self, fingerprint: Fingerprint) -> Option<KnownSchema>;
}

/// A schema that was looked up.
#[derive(Clone, Debug)]
pub(crate) enum KnownSchema {
    /// Of types of this program.
    Own(&'static Schema),
    Foreign(Arc<Schema>),
}

/// The one that was looked up for the value at hand.
impl Shapes for Option<KnownSchema> {
    fn find(&self, _: Fingerprint) -> Option<KnownSchema> {
        self.clone()
    }
}

/// A value, and how it was read.
#[derive(Debug)]
#[expect(unnameable_types, reason = "only the library reads older types")]
pub struct Decoded<T> {
    pub(crate) value: T,
    /// Whether something that is stored was left out.
    pub(crate) is_lossy: bool,
}

impl<T> Decoded<T> {
    pub(crate) fn whole(value: T) -> Self {
        Self { value, is_lossy: false }
    }
}

impl KnownSchema {
    /// Whether it is that very one, which is one for all types that read the same.
    pub(crate) fn is(&self, schema: &'static Schema) -> bool {
        matches!(self, Self::Own(own) if std::ptr::eq(*own, schema))
    }
}

impl Deref for KnownSchema {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        match self {
            Self::Own(schema) => schema,
            Self::Foreign(schema) => schema,
        }
    }
}
