//! What a transaction expects and does, and what comes of it.

use crate::store::entry::Life;
use crate::store::hash::HASH;
use crate::store::list::LIST;
use crate::store::set::SET;
use crate::store::string::STRING;

/// Where a value is.
#[derive(Clone, Debug)]
pub(crate) enum EntryPlace {
    /// In a field of the hash at the key.
    Field { key: String, field: Vec<u8> },
    /// At a key of its own, where it lives so long.
    Key { key: String, life: Life },
    /// All that the key holds, which must be no other data.
    Whole { key: String },
}

/// What is to be there; `None` where nothing is.
#[derive(Debug)]
pub(crate) struct Expectation {
    pub(crate) place: EntryPlace,
    pub(crate) value: Option<Vec<u8>>,
}

/// What is done at a place, or at a key.
#[derive(Debug)]
pub(crate) enum Write {
    /// Stores, whatever was there.
    Set(EntryPlace, Vec<u8>),
    /// Removes.
    Delete(EntryPlace),
    /// Puts an item into the list.
    Push(String, Vec<u8>),
    /// Puts a member into the set.
    Add(String, Vec<u8>),
    /// Takes a member out of the set.
    Remove(String, Vec<u8>),
}

/// What came of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempted {
    Done,
    /// Nothing was done: what was expected at this place in their order is not so, and this is there.
    Unmet(usize, Option<Vec<u8>>),
    /// Nothing was done: this key holds another type.
    WrongType(String),
}

impl EntryPlace {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Field { key, .. } | Self::Key { key, .. } | Self::Whole { key } => key,
        }
    }

    /// The type that the key must hold; an entry is stored over anything.
    fn required(&self) -> Option<&'static str> {
        match self {
            Self::Field { .. } => Some(HASH),
            Self::Key { .. } => None,
            Self::Whole { .. } => Some(STRING),
        }
    }
}

impl Write {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Set(place, _) | Self::Delete(place) => place.key(),
            Self::Push(key, _) | Self::Add(key, _) | Self::Remove(key, _) => key,
        }
    }

    /// The type that the key must hold, if there is one.
    pub(super) fn required(&self) -> Option<&'static str> {
        match self {
            Self::Set(place, _) | Self::Delete(place) => place.required(),
            Self::Push(..) => Some(LIST),
            Self::Add(..) | Self::Remove(..) => Some(SET),
        }
    }

    /// The entry that it changes.
    pub(crate) fn place(&self) -> Option<&EntryPlace> {
        match self {
            Self::Set(place, _) | Self::Delete(place) => Some(place),
            Self::Push(..) | Self::Add(..) | Self::Remove(..) => None,
        }
    }
}
