//! Values: written by their shape, and read whatever shape they were written in.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::typestring::{self, Form, OlderReader, OlderTypes};
use super::{Codec, CodecError};
use crate::bounds::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::lend::Lend;
use crate::refusal::config;
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};

/// What an object takes its values for: today's version of their meaning, and the older types that it still reads.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) version: u32,
    /// The older types: an [`OlderReader`] of the value's type.
    older: Option<&'static (dyn Any + Send + Sync)>,
    /// Of the older types, in their order; of those that are missing, the first.
    pub(crate) older_versions: &'static [u32],
    /// Finds what is wrong with it, where it was changed.
    check: Option<Check>,
}

type Check = fn(&Meaning) -> Option<&'static str>;

/// Where shapes are looked up.
pub(crate) trait Shapes {
    fn find(&self, fingerprint: Fingerprint) -> Option<KnownSchema>;
}

/// A schema that was looked up.
#[derive(Clone, Debug)]
pub(crate) enum KnownSchema {
    /// Of types of this program.
    Own(&'static Schema),
    Foreign(Arc<Schema>),
}

/// A value, and how it was read.
#[derive(Debug)]
pub struct Decoded<T> {
    pub(crate) value: T,
    /// Whether something that is stored was left out.
    pub(crate) is_lossy: bool,
}

/// Appends the stored form of a value; what whoever reads it has to know.
pub(crate) fn append_value<C: Codec, T: Value>(
    value: &impl Lend<T>,
    version: u32,
    out: &mut Vec<u8>,
) -> Result<Option<&'static Schema>> {
    let written = if C::STORES_SHAPES {
        typestring::write_value::<T, _>(value.lend(), version, out)
    } else {
        C::encode(value.lend(), out).map(|()| Form::Described)
    };
    match written {
        Ok(Form::Scalar) if version != FIRST_VERSION => Err(config(
            "a version is kept beside the shape of a struct or enum, and this is stored as a number, text or bool; \
             take `version` away, or put the value into a struct",
        )),
        Ok(Form::Scalar | Form::Described) => Ok(None),
        Ok(Form::Positional(schema)) => Ok(Some(schema)),
        Err(source) => {
            let message = format!("a `{}` has no form in this codec", std::any::type_name::<T>());
            Err(Error::new(ErrorKind::Encode, message).because(source))
        }
    }
}

/// Turns a value by position into one that tells its shape itself.
pub(crate) fn describe_value(stored: &[u8], schema: &Schema) -> Result<Vec<u8>> {
    let mut described = Vec::new();
    let written = typestring::describe_value(stored, schema, &mut described);
    written.map_err(|source| Error::new(ErrorKind::Encode, "the value has no form by names").because(source))?;
    Ok(described)
}

/// The fingerprint of the shape by which a stored value is to be read, where it takes one.
pub(crate) fn fingerprint_of<C: Codec>(stored: &[u8]) -> Option<Fingerprint> {
    if C::STORES_SHAPES { typestring::fingerprint_of(stored) } else { None }
}

/// Whether both are written in the same form and by the same shape, or are the same.
pub(crate) fn is_same_form<C: Codec>(one: &[u8], other: &[u8]) -> bool {
    one == other || (C::STORES_SHAPES && typestring::is_same_form(one, other))
}

/// Reads a stored value; the shapes that it takes are known, or nowhere.
pub(crate) fn decode_value<C: Codec, T: Value>(
    stored: &[u8],
    meaning: &Meaning,
    shapes: &dyn Shapes,
) -> Result<Decoded<T>> {
    let read = if C::STORES_SHAPES {
        typestring::read_value(stored, meaning, shapes)
    } else {
        C::decode(stored).map(Decoded::whole)
    };
    read.map_err(unreadable::<T>)
}

/// An error of what is stored and cannot be read.
pub(super) fn unreadable<T>(source: CodecError) -> Error {
    let message = format!("what is stored cannot be read as `{}` and was left where it is", std::any::type_name::<T>());
    Error::new(ErrorKind::Decode, message).because(source)
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

impl Meaning {
    pub(crate) const fn new() -> Self {
        Self { version: FIRST_VERSION, older: None, older_versions: &[], check: None }
    }

    pub(crate) const fn at_version<T: Value>(mut self, version: u32) -> Self {
        self.version = version;
        self.check = Some(Self::check::<T>);
        self
    }

    /// Reads these older types, too.
    pub(crate) const fn from_older<T: Value, O: OlderTypes<T> + 'static>(mut self, versions: &'static [u32]) -> Self {
        self.older = Some(const { &OlderReader::of::<O>() });
        self.older_versions = versions;
        self.check = Some(Self::check::<T>);
        self
    }

    /// What reads the older types.
    pub(crate) fn older<T: Value>(&self) -> Option<&'static OlderReader<T>> {
        self.older?.downcast_ref()
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.check.and_then(|check| check(self))
    }

    fn check<T: Value>(&self) -> Option<&'static str> {
        if self.version == 0 {
            return Some("versions count from 1");
        }
        let mut schemas = vec![Schema::of::<T>(self.version)];
        if let Some(older) = self.older::<T>() {
            (older.schemas)(self.older_versions, &mut schemas);
        }
        let [own, older @ ..] = &*schemas else { return None };
        if older.iter().any(|older| !(1..=own.version).contains(&older.version)) {
            return Some("older types have versions from 1 up to that of today's type");
        }
        let is_twin = |at: usize| schemas[..at].iter().any(|other| std::ptr::eq(*other, schemas[at]));
        (1..schemas.len()).any(is_twin).then_some(
            "two types of its values are read alike, so that nothing tells them apart; give the newer one a version: \
             `version = 2, from(Older = 1)`",
        )
    }
}

impl PartialEq for Meaning {
    /// Two that read the same may differ.
    fn eq(&self, other: &Self) -> bool {
        let older = |meaning: &Self| meaning.older.map(|older| std::ptr::from_ref(older).cast::<()>());
        (self.version, self.older_versions, older(self)) == (other.version, other.older_versions, older(other))
    }
}

impl fmt::Debug for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meaning").field("version", &self.version).finish_non_exhaustive()
    }
}
