//! Values: written by their shape, and read whatever shape they were written in.

use std::fmt;
use std::sync::Arc;

use super::typestring::{self, ReadOlder};
use super::{Codec, CodecError};
use crate::bounds::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::lend::Lend;
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};

/// What an object takes its values for: today's version of their meaning, and the older types that it still reads.
pub(crate) struct Meaning<T> {
    pub(crate) version: u32,
    /// Reads older types, the versions of which stand beside it.
    pub(crate) older: Option<(ReadOlder<T>, &'static [u32])>,
}

/// Where shapes are looked up.
pub(crate) trait Shapes {
    /// The schema of that fingerprint, where it is known. `own` is what the reader has in mind: it is that very one where
    /// both are equal.
    fn find(&self, fingerprint: Fingerprint, own: &Arc<Schema>) -> Option<Arc<Schema>>;
}

/// A value, and how it was read.
#[derive(Debug)]
pub struct Decoded<T> {
    pub(crate) value: T,
    /// Whether something that is stored was left out.
    pub(crate) is_lossy: bool,
}

/// Why a value was not read.
pub(crate) enum Unread {
    /// It takes a shape that is not known here.
    Unknown(Fingerprint),
    Failed(CodecError),
}

/// The stored form of a value.
pub(crate) struct EncodedValue {
    pub(crate) bytes: Vec<u8>,
    /// What whoever reads it has to know.
    pub(crate) schema: Option<Arc<Schema>>,
}

/// Appends the stored form of a value; what whoever reads it has to know.
pub(crate) fn append_value<C: Codec, T: Value>(
    value: &impl Lend<T>,
    version: u32,
    out: &mut Vec<u8>,
) -> Result<Option<Arc<Schema>>> {
    let written = if C::STORES_SHAPES {
        typestring::write_value::<T, _>(value.lend(), version, out)
    } else {
        C::encode(value.lend(), out).map(|()| None)
    };
    written.map_err(|source| {
        let message = format!("a `{}` has no form in this codec", std::any::type_name::<T>());
        Error::new(ErrorKind::Encode, message).because(source)
    })
}

/// Reads a stored value.
pub(crate) fn decode_value<C: Codec, T: Value>(
    stored: &[u8],
    meaning: Meaning<T>,
    shapes: &dyn Shapes,
) -> std::result::Result<Decoded<T>, Unread> {
    if C::STORES_SHAPES {
        return typestring::read_value(stored, meaning, shapes);
    }
    C::decode(stored).map(|value| Decoded { value, is_lossy: false }).map_err(Unread::Failed)
}

impl<T> Decoded<T> {
    pub(crate) fn whole(value: T) -> Self {
        Self { value, is_lossy: false }
    }
}

impl<T> Meaning<T> {
    pub(crate) const fn new() -> Self {
        Self { version: FIRST_VERSION, older: None }
    }
}

impl<T> Clone for Meaning<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Meaning<T> {}

impl<T> fmt::Debug for Meaning<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meaning").field("version", &self.version).finish_non_exhaustive()
    }
}
