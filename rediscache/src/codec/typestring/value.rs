//! Values: which of their forms is written, and how each is read.

use std::sync::Arc;

use serde::Serialize;

use super::header::{self, Composite};
use super::older::{Older, OlderComposite};
use super::positional::{self, NotWritten};
use super::read::{Mismatch, ScalarReader};
use super::{by_name, described, write};
use crate::bounds::Value;
use crate::codec::CodecError;
use crate::codec::value::{Decoded, Meaning, Shapes, Unread};
use crate::shape::{FIRST_VERSION, Schema};

/// Appends the stored form of a value of type `T`; its schema where whoever reads it has to know that.
pub(crate) fn write_value<T: Value, L: Serialize + ?Sized>(
    value: &L,
    version: u32,
    out: &mut Vec<u8>,
) -> Result<Option<Arc<Schema>>, CodecError> {
    if write::scalar(value, out)? {
        return if version == FIRST_VERSION { Ok(None) } else { Err(UNVERSIONED.into()) };
    }
    let (schema, start) = (Schema::of::<T>(version), out.len());
    if schema.is_positional() {
        header::write_positional(&schema, out);
        match positional::write(value, &schema.layout, out) {
            Ok(()) => return Ok(Some(schema)),
            Err(NotWritten::Refused(source)) => return Err(source),
            Err(NotWritten::Differs) => out.truncate(start),
        }
    }
    header::write_described(Some(&schema), out);
    described::write(value, Some(&schema.layout), out)?;
    Ok(None)
}

const UNVERSIONED: &str =
    "a version is kept beside the shape, and numbers, text and bools have none: put them into a struct";

/// Turns a value by position into one that describes itself.
pub(crate) fn describe_value(stored: &[u8], schema: &Schema, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let Some(Composite::Positional { body, .. }) = Composite::of(stored).transpose()? else {
        return Err("it is not stored by position".into());
    };
    header::write_described(Some(schema), out);
    by_name::describe(body, &schema.layout, out)
}

/// Reads a value in whatever form and shape it is stored.
pub(crate) fn read_value<T: Value>(
    stored: &[u8],
    meaning: Meaning<T>,
    shapes: &dyn Shapes,
) -> Result<Decoded<T>, Unread> {
    match Composite::of(stored).transpose().map_err(Unread::Failed)? {
        None => read_scalar(stored, meaning).map_err(Unread::Failed),
        Some(Composite::Positional { fingerprint, body }) => {
            let own = Schema::of::<T>(meaning.version);
            let Some(schema) = shapes.find(fingerprint, &own) else { return Err(Unread::Unknown(fingerprint)) };
            if Arc::ptr_eq(&schema, &own) {
                return positional::read(body).map(Decoded::whole).map_err(Unread::Failed);
            }
            let (schema_version, schema) = (schema.version, Some(&*schema));
            let stored = OlderComposite { body, version: schema_version, fingerprint, schema, by_version: false };
            read_other(stored, &own, meaning).map_err(Unread::Failed)
        }
        Some(Composite::Described { told: None, body }) => by_name::read_described(body).map_err(Unread::Failed),
        Some(Composite::Described { told: Some((version, fingerprint)), body }) => {
            let own = Schema::of::<T>(meaning.version);
            let stored = OlderComposite { body, version, fingerprint, schema: None, by_version: false };
            read_other(stored, &own, meaning).map_err(Unread::Failed)
        }
    }
}

fn read_scalar<T: Value>(stored: &[u8], meaning: Meaning<T>) -> Result<Decoded<T>, CodecError> {
    let read = if meaning.version == FIRST_VERSION {
        T::deserialize(ScalarReader::new(stored)?)
    } else {
        Err(Mismatch::Because(UNVERSIONED.to_owned()))
    };
    read.map(Decoded::whole)
        .or_else(|mismatch| meaning.older(&Older::Scalar(stored)).unwrap_or_else(|| Err(mismatch.into())))
}

/// Reads a composite that is not of the shape that is written today, or tells itself what it is.
fn read_other<T: Value>(
    stored: OlderComposite<'_>,
    own: &Schema,
    meaning: Meaning<T>,
) -> Result<Decoded<T>, CodecError> {
    if stored.fingerprint == own.fingerprint && stored.schema.is_none() {
        return stored.read_by_name();
    }
    if let Some(older) = meaning.older(&Older::Composite(stored)) {
        return older;
    }
    if stored.version == own.version {
        return stored.read_by_name();
    }
    let by_version = Older::Composite(OlderComposite { by_version: true, ..stored });
    meaning.older(&by_version).unwrap_or_else(|| {
        Err(format!("it is of version {}, which this program does not list beside {}", stored.version, own.version)
            .into())
    })
}

impl<T> Meaning<T> {
    fn older(&self, stored: &Older<'_>) -> Option<Result<Decoded<T>, CodecError>> {
        self.older.and_then(|(read, versions)| read(stored, versions))
    }
}
