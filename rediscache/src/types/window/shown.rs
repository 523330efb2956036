//! Keys and values as they are shown, and as they are given.

use std::error::Error as _;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::data::Shown;
use crate::bounds::Key;
use crate::codec::{Codec, CodecError, encode, from_json, key_from_json, to_json};
use crate::error::{Error, ErrorKind, Result};

impl Shown {
    /// What was read, or why it could not be.
    pub(in crate::types) fn of<T: Serialize>(read: Result<T>) -> Self {
        match read.map(|value| to_json(&value)) {
            Ok(Ok(json)) => Self::Json(json),
            Ok(Err(why)) => Self::Unreadable(format!("it has no form in JSON: {why}")),
            Err(error) => Self::unreadable(&error),
        }
    }

    /// What could not be read, and why.
    pub(in crate::types) fn unreadable(error: &Error) -> Self {
        let mut text = error.message().to_owned();
        let mut source = error.source();
        while let Some(why) = source {
            text += &format!(": {why}");
            source = why.source();
        }
        Self::Unreadable(text)
    }
}

/// A value that was given in JSON.
pub(in crate::types) fn given<T: DeserializeOwned>(json: &str) -> Result<T> {
    from_json(json).map_err(refused::<T>)
}

/// A key that was given in JSON; one that is a text, perhaps as it is.
pub(in crate::types) fn given_key<T: DeserializeOwned>(json: &str) -> Result<T> {
    key_from_json(json).map_err(refused::<T>)
}

/// The stored form of such a key.
pub(in crate::types) fn stored_given<C: Codec, K: Key>(json: &str) -> Result<Vec<u8>> {
    encode::<C, K>(&given_key::<K>(json)?)
}

fn refused<T>(why: CodecError) -> Error {
    let message = format!("what was given is no `{}`", std::any::type_name::<T>());
    Error::new(ErrorKind::Encode, message).because(why)
}
