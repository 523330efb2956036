//! From values to stored bytes and back, with errors that name the type and never the value.

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
