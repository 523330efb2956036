//! What stands before the body of a composite.
//!
//! | stored | what follows |
//! |---|---|
//! | `c\|` `02`, fingerprint | the value by position, in bincode 2's standard form |
//! | `m\|` `02` `00` | a key, or a value whose shape was not told, with names, in MessagePack |
//! | `m\|` `02`, version, fingerprint | a value with names, of a type of that shape, in MessagePack |
//!
//! Where a type reads only what it gives to people, `m\|` `03` stands in place of `m\|` `02`: serde keeps parts of types that
//! ask what is stored in a buffer of its own, and tells those that people read it.
//!
//! `02` is the schema version, and versions are bincode's varints. A fingerprint takes four bytes.

use bincode::config::standard;

use super::tag;
use crate::codec::CodecError;
use crate::shape::{Fingerprint, Schema};

/// The schema version of all that is written.
const SCHEMA: u32 = 2;

/// The schema version of what was written for people to read.
const READABLE: u32 = 3;

/// The version of a value whose shape was not told.
const UNTOLD: u32 = 0;

/// A composite, taken apart.
pub(super) enum Composite<'a> {
    Positional { fingerprint: Fingerprint, body: &'a [u8] },
    Described { told: Option<(u32, Fingerprint)>, is_readable: bool, body: &'a [u8] },
}

pub(super) fn write_positional(schema: &Schema, out: &mut Vec<u8>) {
    // In one piece, as it is taken apart below: it is written most.
    let [a, b, c, d] = schema.fingerprint.0;
    out.extend_from_slice(&[b'c', b'|', 2, a, b, c, d]);
}

pub(super) fn write_described(schema: Option<&Schema>, is_readable: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(tag::DESCRIBED.as_bytes());
    write_number(if is_readable { READABLE } else { SCHEMA }, out);
    write_number(schema.map_or(UNTOLD, |schema| schema.version), out);
    if let Some(schema) = schema {
        out.extend_from_slice(&schema.fingerprint.0);
    }
}

fn write_number(number: u32, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _ = bincode::encode_into_std_write(number, out, standard());
}

impl<'a> Composite<'a> {
    /// Takes apart what begins with one of the tags of composites; `None` for everything else.
    #[inline]
    pub(super) fn of(stored: &'a [u8]) -> Option<Result<Self, CodecError>> {
        match stored {
            // What is read most.
            [b'c', b'|', 2, a, b, c, d, body @ ..] => {
                Some(Ok(Self::Positional { fingerprint: Fingerprint([*a, *b, *c, *d]), body }))
            }
            [b'c' | b'm', ..] => Self::of_any(stored),
            _ => None,
        }
    }

    fn of_any(stored: &'a [u8]) -> Option<Result<Self, CodecError>> {
        let positional = stored.strip_prefix(tag::COMPOSITE.as_bytes()).map(Self::positional);
        positional.or_else(|| stored.strip_prefix(tag::DESCRIBED.as_bytes()).map(Self::described))
    }

    /// Whether both are in the same form and of the same shape.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Positional { fingerprint: one, .. }, Self::Positional { fingerprint: other, .. }) => one == other,
            (
                Self::Described { told: one, is_readable: first, .. },
                Self::Described { told: other, is_readable: second, .. },
            ) => one == other && first == second,
            _ => false,
        }
    }

    fn positional(rest: &'a [u8]) -> Result<Self, CodecError> {
        let (schema, rest) = read_number(rest)?;
        if schema != SCHEMA {
            return Err(unknown(schema));
        }
        let (fingerprint, body) = read_fingerprint(rest)?;
        Ok(Self::Positional { fingerprint, body })
    }

    fn described(rest: &'a [u8]) -> Result<Self, CodecError> {
        let (schema, rest) = read_number(rest)?;
        let is_readable = schema == READABLE;
        if schema != SCHEMA && !is_readable {
            return Err(unknown(schema));
        }
        let (version, rest) = read_number(rest)?;
        if version == UNTOLD {
            return Ok(Self::Described { told: None, is_readable, body: rest });
        }
        let (fingerprint, body) = read_fingerprint(rest)?;
        Ok(Self::Described { told: Some((version, fingerprint)), is_readable, body })
    }
}

fn unknown(schema: u32) -> CodecError {
    format!("it has schema version {schema}, and this program reads {SCHEMA}").into()
}

fn read_number(rest: &[u8]) -> Result<(u32, &[u8]), CodecError> {
    let (number, used) = bincode::decode_from_slice(rest, standard()).map_err(|_| "it ends in its header")?;
    Ok((number, rest.get(used..).unwrap_or_default()))
}

fn read_fingerprint(rest: &[u8]) -> Result<(Fingerprint, &[u8]), CodecError> {
    let (fingerprint, body) = rest.split_first_chunk().ok_or("it ends in its header")?;
    Ok((Fingerprint(*fingerprint), body))
}
