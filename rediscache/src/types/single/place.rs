//! What a call does with a value, wherever it lies.

use std::time::Duration;

use crate::codec::EncodedKey;
use crate::error::Result;
use crate::store::{Compared, HASH, Increment, STRING};
use crate::types::entry_name::record_of;
use crate::types::object::Target;

/// Where the value lies at the key of its object.
pub(super) enum ValuePlace {
    /// It is all that is there.
    Key,
    /// It is a field of the hash whose key stands before `.` and the field's name.
    Field(RecordField),
}

/// A field of a record.
pub(super) struct RecordField {
    /// The name as it is stored.
    pub(super) stored: EncodedKey,
    /// How long what stands behind the record's name is.
    pub(super) suffix: usize,
}

impl RecordField {
    fn hash<'a>(&self, at: &'a Target) -> &'a str {
        record_of(&at.key, self.suffix)
    }
}

impl ValuePlace {
    pub(super) async fn get(&self, at: &Target) -> Result<Option<Vec<u8>>> {
        let store = at.store()?;
        match self {
            Self::Key => store.strings().get(&at.key).await,
            Self::Field(field) => store.hashes().get(field.hash(at), field.stored.as_slice()).await,
        }
    }

    /// How long it has to live; of a field, how long the whole record has.
    pub(super) async fn expiry(&self, at: &Target) -> Result<Option<Duration>> {
        let keys = at.store()?.keys();
        match self {
            Self::Key => keys.expiry(&at.key, STRING).await,
            Self::Field(field) => keys.expiry(field.hash(at), HASH).await,
        }
    }

    pub(super) async fn contains(&self, at: &Target) -> Result<bool> {
        let store = at.store()?;
        match self {
            Self::Key => store.strings().contains(&at.key).await,
            Self::Field(field) => store.hashes().contains(field.hash(at), field.stored.as_slice()).await,
        }
    }

    /// Stores for so many milliseconds, or for good. A field has no end of its own.
    pub(super) async fn set(&self, at: &Target, value: &[u8], kept: Option<i64>) -> Result<()> {
        let store = at.store()?;
        match self {
            Self::Key => store.strings().set(&at.key, value, kept).await,
            Self::Field(field) => store.hashes().set(field.hash(at), field.stored.as_slice(), value).await,
        }
    }

    pub(super) async fn set_if_absent(&self, at: &Target, value: &[u8]) -> Result<bool> {
        let store = at.store()?;
        match self {
            Self::Key => store.strings().set_if_absent(&at.key, value).await,
            Self::Field(field) => store.hashes().set_if_absent(field.hash(at), field.stored.as_slice(), value).await,
        }
    }

    pub(super) async fn clear(&self, at: &Target) -> Result<()> {
        let store = at.store()?;
        match self {
            Self::Key => store.keys().clear(&at.key, STRING).await,
            Self::Field(field) => store.hashes().delete(field.hash(at), field.stored.as_slice()).await.map(drop),
        }
    }

    /// Stores if these very bytes are there, or nothing where the old value is `None`; removes where the new one is.
    pub(super) async fn swap(
        &self,
        at: &Target,
        old: Option<&[u8]>,
        new: Option<&[u8]>,
        keeps_end: bool,
    ) -> Result<Compared> {
        let store = at.store()?;
        let Self::Field(field) = self else { return store.strings().swap(&at.key, old, new, keeps_end).await };
        let (hashes, hash, name) = (store.hashes(), field.hash(at), field.stored.as_slice());
        match (old, new) {
            (Some(old), new) => hashes.compare_and_swap(hash, name, old, new).await,
            (None, Some(new)) if hashes.set_if_absent(hash, name, new).await? => Ok(Compared::Equal),
            (None, _) => Ok(hashes.get(hash, name).await?.map_or(Compared::Absent, Compared::Different)),
        }
    }

    pub(super) async fn increment(&self, at: &Target, by: &Increment) -> Result<Vec<u8>> {
        let store = at.store()?;
        match self {
            Self::Key => store.strings().increment(&at.key, by).await,
            Self::Field(field) => store.hashes().increment(field.hash(at), field.stored.as_slice(), by).await,
        }
    }
}
