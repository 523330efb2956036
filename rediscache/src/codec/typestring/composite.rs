//! The one place that knows bincode: `c|`, a schema version, then bincode 2's standard form.

use bincode::config::{Config, standard};
use bincode::de::read::Reader;
use bincode::error::DecodeError;
use bincode::serde::OwnedSerdeDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tag;
use crate::codec::CodecError;

/// The schema version of every value written so far. A value that is given migrations will count on from here.
const SCHEMA: u32 = 1;

pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.extend_from_slice(tag::COMPOSITE.as_bytes());
    bincode::encode_into_std_write(SCHEMA, out, standard())?;
    bincode::serde::encode_into_std_write(value, out, standard())?;
    Ok(())
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CodecError> {
    let (schema, used) = bincode::decode_from_slice::<u32, _>(body, standard()).map_err(|error| described(&error))?;
    if schema != SCHEMA {
        return Err(format!("it has schema version {schema}, and this program reads {SCHEMA}").into());
    }
    let mut rest = Rest(&body[used..]);
    // bincode counts what a number may take, up to 16 bytes for one that is stored in one; the limit has to be a
    // constant, hence the steps. It bounds what a length in hostile bytes can make bincode allocate.
    let value = match body.len() {
        0..=0x1000 => decode(&mut rest, standard().with_limit::<0x1_0000>()),
        0x1001..=0x1_0000 => decode(&mut rest, standard().with_limit::<0x10_0000>()),
        0x1_0001..=0x10_0000 => decode(&mut rest, standard().with_limit::<0x100_0000>()),
        0x10_0001..=0x100_0000 => decode(&mut rest, standard().with_limit::<0x1000_0000>()),
        _ => decode(&mut rest, standard().with_limit::<0x2_0000_0000>()),
    };
    let value = value.map_err(|error| described(&error))?;
    match rest.0 {
        [] => Ok(value),
        rest => Err(format!("{} bytes are left over after a value of this type", rest.len()).into()),
    }
}

fn decode<T: DeserializeOwned>(rest: &mut Rest<'_>, config: impl Config) -> Result<T, DecodeError> {
    T::deserialize(OwnedSerdeDecoder::from_reader(rest, config).as_deserializer())
}

/// What is not read yet; kept so that trailing bytes are noticed.
struct Rest<'a>(&'a [u8]);

impl Reader for Rest<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), DecodeError> {
        let missing = bytes.len().saturating_sub(self.0.len());
        if missing > 0 {
            return Err(DecodeError::UnexpectedEnd { additional: missing });
        }
        let (taken, rest) = self.0.split_at(bytes.len());
        bytes.copy_from_slice(taken);
        self.0 = rest;
        Ok(())
    }

    fn peek_read(&mut self, count: usize) -> Option<&[u8]> {
        self.0.get(..count)
    }

    fn consume(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }
}

/// What is wrong with the bytes, without bincode's own text, which may quote the value.
fn described(error: &DecodeError) -> CodecError {
    match error {
        DecodeError::UnexpectedEnd { .. } => "it ends before a value of this type does".into(),
        DecodeError::LimitExceeded => "it claims to be longer than it is".into(),
        DecodeError::Utf8 { .. } => "it holds text that is not UTF-8".into(),
        DecodeError::UnexpectedVariant { .. } => "it holds a variant that the enum does not have".into(),
        DecodeError::Serde(_) => "the type needs a self-describing form; use the `Json` codec for it".into(),
        _ => "it is not a value of this type".into(),
    }
}
