//! Where an entry is, before the session is known.

use crate::codec::EncodedKey;
use crate::error::{Error, Result};
use crate::store::{EntryPlace, Life};
use crate::types::entry_name::entry_name;
use crate::types::object::Target;

/// Where an entry is below the key of its object.
#[derive(Debug)]
pub(super) struct UnplacedEntry {
    pub(super) key: Result<EncodedKey>,
    /// Where each entry is a key of its own.
    pub(super) life: Option<Life>,
}

impl UnplacedEntry {
    pub(super) fn at(&self, at: &Target) -> Result<EntryPlace> {
        let key = self.key.as_ref().map_err(Error::again)?.as_slice();
        Ok(match self.life {
            Some(life) => EntryPlace::Key { key: entry_name(&at.key, key), life },
            None => EntryPlace::Field { key: at.key.to_string(), field: key.to_vec() },
        })
    }
}
