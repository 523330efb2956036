//! What stands before the body of a composite.
//!
//! | stored | what follows |
//! |---|---|
//! | `c\|` `02`, fingerprint | the value by position, in bincode 2's standard form |
//! | `m\|` `02` `00` | a key, or a value whose shape was not told, with names, in MessagePack |
//! | `m\|` `02`, version, fingerprint | a value with names, of a type of that shape, in MessagePack |
//!
//! `02` is the schema version, and versions are bincode's varints. A fingerprint takes four bytes.

use bincode::config::standard;

use super::tag;
use crate::codec::CodecError;
use crate::shape::{Fingerprint, Schema};

/// The schema version of all that is written.
const SCHEMA: u32 = 2;

/// The version of a value whose shape was not told.
const UNTOLD: u32 = 0;

/// A composite, taken apart.
pub(super) enum Composite<'a> {
    Positional { fingerprint: Fingerprint, body: &'a [u8] },
    Described { told: Option<(u32, Fingerprint)>, body: &'a [u8] },
}

pub(super) fn write_positional(schema: &Schema, out: &mut Vec<u8>) {
    begin(tag::COMPOSITE, out);
    out.extend_from_slice(&schema.fingerprint.0);
}

pub(super) fn write_described(schema: Option<&Schema>, out: &mut Vec<u8>) {
    begin(tag::DESCRIBED, out);
    write_number(schema.map_or(UNTOLD, |schema| schema.version), out);
    if let Some(schema) = schema {
        out.extend_from_slice(&schema.fingerprint.0);
    }
}

fn begin(tag: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(tag.as_bytes());
    write_number(SCHEMA, out);
}

fn write_number(number: u32, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _ = bincode::encode_into_std_write(number, out, standard());
}

impl<'a> Composite<'a> {
    /// Takes apart what begins with one of the tags of composites; `None` for everything else.
    pub(super) fn of(stored: &'a [u8]) -> Option<Result<Self, CodecError>> {
        let positional = stored.strip_prefix(tag::COMPOSITE.as_bytes()).map(Self::positional);
        positional.or_else(|| stored.strip_prefix(tag::DESCRIBED.as_bytes()).map(Self::described))
    }

    /// Whether both are in the same form and of the same shape.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Positional { fingerprint: one, .. }, Self::Positional { fingerprint: other, .. }) => one == other,
            (Self::Described { told: one, .. }, Self::Described { told: other, .. }) => one == other,
            _ => false,
        }
    }

    fn positional(rest: &'a [u8]) -> Result<Self, CodecError> {
        let (fingerprint, body) = read_fingerprint(read_schema(rest)?)?;
        Ok(Self::Positional { fingerprint, body })
    }

    fn described(rest: &'a [u8]) -> Result<Self, CodecError> {
        let (version, rest) = read_number(read_schema(rest)?)?;
        if version == UNTOLD {
            return Ok(Self::Described { told: None, body: rest });
        }
        let (fingerprint, body) = read_fingerprint(rest)?;
        Ok(Self::Described { told: Some((version, fingerprint)), body })
    }
}

fn read_schema(rest: &[u8]) -> Result<&[u8], CodecError> {
    match read_number(rest)? {
        (SCHEMA, rest) => Ok(rest),
        (other, _) => Err(format!("it has schema version {other}, and this program reads {SCHEMA}").into()),
    }
}

fn read_number(rest: &[u8]) -> Result<(u32, &[u8]), CodecError> {
    let (number, used) = bincode::decode_from_slice(rest, standard()).map_err(|_| "it ends in its header")?;
    Ok((number, rest.get(used..).unwrap_or_default()))
}

fn read_fingerprint(rest: &[u8]) -> Result<(Fingerprint, &[u8]), CodecError> {
    let (fingerprint, body) = rest.split_first_chunk().ok_or("it ends in its header")?;
    Ok((Fingerprint(*fingerprint), body))
}
