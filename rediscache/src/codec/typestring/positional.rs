//! Values by position: the one place that knows bincode 2's standard form.

use bincode::config::standard;
use bincode::error::DecodeError;
use bincode::serde::OwnedSerdeDecoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::checked::Checked;
use super::limit::{Bounds, Guarded, TOO_DEEP, TOO_MANY_FREE};
use super::spot::{Check, Stop};
use crate::codec::CodecError;
use crate::shape::Layout;

/// Why a value was not written by position.
pub(super) enum NotWritten {
    /// It is not what its shape says.
    Differs,
    Refused(CodecError),
}

/// Appends a value that is exactly as its layout says.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, layout: &Layout, out: &mut Vec<u8>) -> Result<(), NotWritten> {
    let check = Check::new(layout);
    let value = Checked::new(value, check.whole());
    let written = bincode::serde::encode_into_std_write(value, out, standard());
    match (check.stopped(), written) {
        (Some(stop), _) => Err(stop.into()),
        (None, Ok(_)) => Ok(()),
        // bincode's own text may quote the value.
        (None, Err(_)) => Err(NotWritten::Refused("the type's own `Serialize` refused".into())),
    }
}

impl From<Stop> for NotWritten {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Differs => Self::Differs,
            Stop::TooDeep => Self::Refused(TOO_DEEP.into()),
            Stop::TooManyFree => Self::Refused(TOO_MANY_FREE.into()),
        }
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CodecError> {
    let bounds = Bounds::new(body);
    let mut decoder = OwnedSerdeDecoder::from_reader(&bounds, standard());
    let value = T::deserialize(Guarded::new(decoder.as_deserializer(), &bounds)).map_err(|error| {
        if bounds.exceeded.get() { "it claims to be longer or deeper than it can be".into() } else { described(&error) }
    })?;
    match bounds.rest.get() {
        [] => Ok(value),
        rest => Err(format!("{} bytes are left over after a value of this type", rest.len()).into()),
    }
}

/// What is wrong with the bytes, without bincode's own text, which may quote the value.
fn described(error: &DecodeError) -> CodecError {
    match error {
        DecodeError::UnexpectedEnd { .. } => "it ends before a value of this type does".into(),
        DecodeError::Utf8 { .. } => "it holds text that is not UTF-8".into(),
        DecodeError::UnexpectedVariant { .. } => "it holds a variant that the enum does not have".into(),
        DecodeError::Serde(_) => "the type needs a self-describing form; use the `Json` codec for it".into(),
        _ => "it is not a value of this type".into(),
    }
}
