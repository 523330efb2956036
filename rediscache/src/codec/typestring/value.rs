//! Values: which of their forms is written, and how each is read.

use serde::Serialize;

use super::header::{self, Composite};
use super::limit::TOO_DEEP;
use super::meaning::Meaning;
use super::older::{Older, OlderComposite};
use super::owned::{self, OwnedText};
use super::positional::{self, NotWritten};
use super::read::{Mismatch, ScalarReader};
use super::{by_name, described, write};
use crate::bounds::Value;
use crate::codec::CodecError;
use crate::codec::decoded::{Decoded, Shapes};
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};

/// In which form a value was written.
pub(crate) enum ValueForm {
    Scalar,
    /// By names.
    Described,
    /// For those who know the schema.
    Positional(&'static Schema),
}

/// Appends the stored form of a value of type `T`.
pub(crate) fn write_value<T: Value, L: Serialize + ?Sized>(
    value: &L,
    version: u32,
    out: &mut Vec<u8>,
) -> Result<ValueForm, CodecError> {
    // An enum has a version, though not all of its values would have a place for it.
    let is_versioned = version != FIRST_VERSION && !Schema::of::<T>(version).is_scalar();
    if !is_versioned && write::scalar(value, out)? {
        return Ok(ValueForm::Scalar);
    }
    let (schema, start) = (Schema::of::<T>(version), out.len());
    if schema.is_positional() {
        header::write_positional(schema, out);
        match positional::write(value, &schema.layout, out) {
            Ok(()) => return Ok(ValueForm::Positional(schema)),
            Err(NotWritten::Refused(source)) => return Err(source),
            Err(NotWritten::Differs) => out.truncate(start),
        }
    }
    // What the type would not read is not stored. Few types read only what they give to people.
    let mut limit = None;
    for is_readable in [false, true] {
        header::write_described(Some(schema), is_readable, out);
        let body = out.len();
        described::write(value, Some(&schema.layout), is_readable, out)?;
        match by_name::read_described::<T>(&out[body..], is_readable) {
            Ok(_) => return Ok(ValueForm::Described),
            Err(misread) => limit = limit.or(Some(misread).filter(|misread| misread.to_string().contains(TOO_DEEP))),
        }
        out.truncate(start);
    }
    Err(limit.unwrap_or_else(|| "the type's own `Deserialize` does not read what its `Serialize` writes".into()))
}

/// Turns a value by position into one that describes itself.
pub(crate) fn describe_value(stored: &[u8], schema: &Schema, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let Some(Composite::Positional { body, .. }) = Composite::of(stored).transpose()? else {
        return Err("it is not stored by position".into());
    };
    header::write_described(Some(schema), false, out);
    by_name::describe(body, &schema.layout, out)
}

/// The fingerprint of the shape by which a stored value is to be read, where it takes one.
pub(crate) fn fingerprint_of(stored: &[u8]) -> Option<Fingerprint> {
    match Composite::of(stored) {
        Some(Ok(Composite::Positional { fingerprint, .. })) => Some(fingerprint),
        _ => None,
    }
}

/// Whether both are composites, written in the same form and by the same shape.
pub(crate) fn is_same_form(one: &[u8], other: &[u8]) -> bool {
    match (Composite::of(one), Composite::of(other)) {
        (Some(Ok(one)), Some(Ok(other))) => one.is_like(&other),
        _ => false,
    }
}

/// Reads a value in whatever form and shape it is stored.
pub(crate) fn read_value<T: Value>(
    stored: &[u8],
    meaning: &Meaning,
    shapes: &dyn Shapes,
) -> Result<Decoded<T>, CodecError> {
    match Composite::of(stored).transpose()? {
        None => read_scalar(stored, meaning),
        Some(Composite::Positional { fingerprint, body }) => {
            let own = Schema::of::<T>(meaning.version);
            match shapes.find(fingerprint) {
                Some(schema) if schema.is(own) => positional::read(body).map(Decoded::whole),
                Some(schema) => read_other(OlderComposite::by(&schema, body), own, meaning),
                None => Err(unknown(fingerprint)),
            }
        }
        Some(Composite::Described { told: None, is_readable, body }) => by_name::read_described(body, is_readable),
        Some(Composite::Described { told: Some(told), is_readable, body }) => {
            let stored = OlderComposite::described(body, told, is_readable);
            read_other(stored, Schema::of::<T>(meaning.version), meaning)
        }
    }
}

/// As [`read_value`], of bytes that nobody needs any more.
#[inline]
pub(crate) fn read_owned_value<T: Value>(
    stored: Vec<u8>,
    meaning: &Meaning,
    shapes: &dyn Shapes,
) -> Result<Decoded<T>, CodecError> {
    // An older type may want to read the same bytes.
    if !meaning.is_plain() {
        return read_value(&stored, meaning, shapes);
    }
    match OwnedText::of(stored) {
        Ok(text) => Ok(Decoded::whole(T::deserialize(text)?)),
        Err(stored) => match owned::bytes(stored, meaning, shapes) {
            Ok(bytes) => Ok(Decoded::whole(bytes)),
            Err(stored) => read_value(&stored, meaning, shapes),
        },
    }
}

pub(super) fn unknown(fingerprint: Fingerprint) -> CodecError {
    format!("its shape, {fingerprint}, is not kept in `$shapes`; was that hash deleted or evicted?").into()
}

fn read_scalar<T: Value>(stored: &[u8], meaning: &Meaning) -> Result<Decoded<T>, CodecError> {
    let read = if meaning.version == FIRST_VERSION {
        T::deserialize(ScalarReader::new(stored)?)
    } else {
        Err(Mismatch::Because("it has no version, and so is not of today's".to_owned()))
    };
    read.map(Decoded::whole)
        .or_else(|mismatch| older(meaning, &Older::Scalar(stored)).unwrap_or_else(|| Err(mismatch.into())))
}

/// Reads a composite that is not of the shape that is written today, or tells itself what it is.
fn read_other<T: Value>(stored: OlderComposite<'_>, own: &Schema, meaning: &Meaning) -> Result<Decoded<T>, CodecError> {
    if stored.fingerprint == own.fingerprint && stored.schema.is_none() {
        return stored.read_by_name();
    }
    if let Some(older) = older(meaning, &Older::Composite(stored)) {
        return older;
    }
    if stored.version == own.version {
        return stored.read_by_name();
    }
    let by_version = Older::Composite(OlderComposite { by_version: true, ..stored });
    older(meaning, &by_version).unwrap_or_else(|| {
        let (found, version) = (stored.version, own.version);
        Err(format!("it is of version {found}, which is not listed beside today's, {version}").into())
    })
}

fn older<T: Value>(meaning: &Meaning, stored: &Older<'_>) -> Option<Result<Decoded<T>, CodecError>> {
    meaning.older::<T>().and_then(|older| (older.read)(stored, meaning.older_versions))
}
