//! What a type is told when the probe stops it, and what is heard of the reasons when it refuses a value.

use std::fmt;

use serde::de::Error;

/// Why reading a made-up value ended early. It holds no text: none is shown to anyone, and making it would take longer
/// than all the rest. The names of fields tell which of several names a field goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProbeError {
    /// The type refused.
    Refused,
    /// The type refused because this field is missing.
    MissingField(&'static str),
    /// The type refused because this field is there twice.
    DuplicateField(&'static str),
    /// The probe stopped it, and has noted why.
    Stopped,
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a made-up value was not read")
    }
}

impl std::error::Error for ProbeError {}

impl Error for ProbeError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Refused
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::DuplicateField(field)
    }
}
