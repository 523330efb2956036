//! Where an entry is, before the session is known.

use crate::codec::EncodedKey;
use crate::store::{EntryPlace, Life};
use crate::types::entry_name::{entry_name, record_of};
use crate::types::object::Target;

/// Where an entry is, by the key of its object.
#[derive(Clone, Debug)]
pub(super) enum UnplacedEntry {
    /// In this field of the hash.
    Field(EncodedKey),
    /// In this field of the record, of whose name so much stands behind that of the hash.
    RecordField(EncodedKey, usize),
    /// At a key below it, where it lives so long.
    Below(EncodedKey, Life),
    /// All that is there.
    Whole,
}

impl UnplacedEntry {
    pub(super) fn at(&self, at: &Target) -> EntryPlace {
        let field = |hash: &str, field: &EncodedKey| EntryPlace::Field {
            key: hash.to_owned(),
            field: field.as_slice().to_vec(),
        };
        match self {
            Self::Field(name) => field(&at.key, name),
            Self::RecordField(name, suffix) => field(record_of(&at.key, *suffix), name),
            Self::Below(key, life) => EntryPlace::Key { key: entry_name(&at.key, key.as_slice()), life: *life },
            Self::Whole => EntryPlace::Whole { key: at.key.to_string() },
        }
    }

    /// The key below that of the object, if it has one that the program chose.
    pub(super) fn key(&self) -> Option<&EncodedKey> {
        match self {
            Self::Field(key) | Self::Below(key, _) => Some(key),
            Self::RecordField(..) | Self::Whole => None,
        }
    }
}
