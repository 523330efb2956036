//! From values to stored bytes and back, with errors that name the type and never the value.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use crate::codec::Codec;
use crate::error::{Error, ErrorKind, Result};
use crate::lend::Lend;

/// The stored form of `value`.
pub(super) fn encode<C: Codec, T>(value: &impl Lend<T>) -> Result<Vec<u8>> {
    let mut stored = Vec::new();
    append::<C, T>(value, &mut stored)?;
    Ok(stored)
}

/// The stored form of a key, in place where it is short.
#[derive(Clone, Debug)]
pub(super) enum Brief {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

/// What the longest `u64` takes, and no more than makes both forms equally large.
const SHORT: usize = 22;

/// The most that is kept to write the next key into.
const SPARE: usize = 1024;

impl Brief {
    pub(super) fn of<C: Codec, T>(key: &impl Lend<T>) -> Result<Self> {
        thread_local! {
            static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        let mut buffer = BUFFER.take();
        buffer.clear();
        let brief = append::<C, T>(key, &mut buffer).map(|()| Self::copied(&buffer));
        if buffer.capacity() <= SPARE {
            BUFFER.set(buffer);
        }
        brief
    }

    pub(super) fn copied(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (u8::try_from(bytes.len()), short.get_mut(..bytes.len())) {
            (Ok(length), Some(place)) => {
                place.copy_from_slice(bytes);
                Self::Short(length, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
    }
}

/// Appends the stored form of `value`.
pub(super) fn append<C: Codec, T>(value: &impl Lend<T>, out: &mut Vec<u8>) -> Result<()> {
    C::encode(value.lend(), out).map_err(|source| {
        let message = format!("a `{}` has no form in this codec", std::any::type_name::<T>());
        Error::new(ErrorKind::Encode, message).because(source)
    })
}

/// Reads a stored key or value.
pub(super) fn decode<C: Codec, T: DeserializeOwned>(stored: &[u8]) -> Result<T> {
    C::decode(stored).map_err(|source| {
        let message =
            format!("what is stored cannot be read as `{}` and was left where it is", std::any::type_name::<T>());
        Error::new(ErrorKind::Decode, message).because(source)
    })
}
