//! Values: written by their shape, and read whatever shape they were written in.

use serde::de::DeserializeOwned;

use super::decoded::{Decoded, Shapes};
use super::typestring::{self, Meaning, ValueForm};
use super::{Codec, CodecError};
use crate::bounds::Value;
use crate::error::{Error, ErrorKind, Result};
use crate::lend::Lend;
use crate::refusal::config;
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};

/// Appends the stored form of a value; what whoever reads it has to know.
pub(crate) fn append_value<C: Codec, T: Value>(
    value: &impl Lend<T>,
    version: u32,
    out: &mut Vec<u8>,
) -> Result<Option<&'static Schema>> {
    let start = out.len();
    let written = if C::STORES_SHAPES {
        typestring::write_value::<T, _>(value.lend(), version, out)
    } else {
        C::encode(value.lend(), out).and_then(|()| {
            let stored = out.get(start..).unwrap_or_default();
            if C::may_be_unreadable(stored) {
                check_readable::<C, T>(stored)?;
            }
            Ok(ValueForm::Described)
        })
    };
    match written {
        Ok(ValueForm::Scalar) if version != FIRST_VERSION => Err(config(
            "a version is kept beside the shape of a struct or enum, and this is stored as a number, text or bool; \
             take `version` away, or put the value into a struct",
        )),
        Ok(ValueForm::Scalar | ValueForm::Described) => Ok(None),
        Ok(ValueForm::Positional(schema)) => Ok(Some(schema)),
        Err(source) => Err(formless::<T>(source)),
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

/// As [`decode_value`], of bytes that nobody needs any more.
#[inline]
pub(crate) fn decode_owned_value<C: Codec, T: Value>(
    stored: Vec<u8>,
    meaning: &Meaning,
    shapes: &dyn Shapes,
) -> Result<T> {
    let read = if C::STORES_SHAPES {
        typestring::read_owned_value(stored, meaning, shapes).map(|decoded| decoded.value)
    } else {
        C::decode_owned(stored)
    };
    read.map_err(unreadable::<T>)
}

/// Reads what was written; the limit that it meets, if it does, is said as it stands.
pub(super) fn check_readable<C: Codec, T: DeserializeOwned>(stored: &[u8]) -> std::result::Result<(), CodecError> {
    C::decode::<T>(stored).map(drop).map_err(|source| format!("it could not be read again: {source}").into())
}

/// An error of what cannot be stored.
pub(super) fn formless<T>(source: CodecError) -> Error {
    let message = format!("a `{}` has no form in this codec", std::any::type_name::<T>());
    Error::new(ErrorKind::Encode, message).because(source)
}

/// An error of what is stored and cannot be read.
pub(super) fn unreadable<T>(source: CodecError) -> Error {
    let message = format!("what is stored cannot be read as `{}` and was left where it is", std::any::type_name::<T>());
    Error::new(ErrorKind::Decode, message).because(source)
}
