//! What a transaction changes.

use std::fmt;
use std::mem;

use super::place::UnplacedEntry;
use crate::codec::EncodedKey;
use crate::error::{Error, Result};
use crate::session::RedisSession;
use crate::shape::Schema;
use crate::store::{EntryPlace, Write};
use crate::types::object::{Object, Target, Writing};
use crate::types::value::Encoded;

/// What is to be done, before the session is known.
pub(in crate::types) struct PlannedWrite {
    pub(in crate::types) object: Object,
    pub(super) step: Result<WriteStep>,
}

/// What is done with an object.
pub(super) enum WriteStep {
    Set(UnplacedEntry, Encoded<Vec<u8>>),
    Delete(UnplacedEntry),
    Put(Encoded<Vec<u8>>),
    Add(EncodedKey),
    Remove(EncodedKey),
}

/// A write whose key is known.
pub(in crate::types) struct PlacedWrite {
    pub(in crate::types) at: Target,
    pub(in crate::types) write: Write,
    schema: Option<&'static Schema>,
}

impl PlannedWrite {
    /// Puts a member into the set, or takes it out.
    pub(in crate::types) fn of_member(object: &Object, member: Result<EncodedKey>, is_in: bool) -> Self {
        let step = if is_in { WriteStep::Add } else { WriteStep::Remove };
        Self { object: object.clone(), step: member.map(step) }
    }

    /// The same in this session.
    pub(in crate::types) fn of(self, session: &RedisSession) -> Result<PlacedWrite> {
        let Self { object, step } = self;
        let placed = object.target_in(session).and_then(|at| step?.at(at));
        placed.map_err(|error| error.during("commit", Some(object.namespace())))
    }
}

impl WriteStep {
    fn at(self, at: Target) -> Result<PlacedWrite> {
        let key = || at.key.to_string();
        let (write, schema) = match self {
            Self::Set(place, value) => (Write::Set(place.at(&at), value.bytes), value.schema),
            Self::Delete(place) => (Write::Delete(place.at(&at)), None),
            Self::Put(item) => (Write::Push(key(), item.bytes), item.schema),
            Self::Add(member) => (Write::Add(key(), member.as_slice().to_vec()), None),
            Self::Remove(member) => (Write::Remove(key(), member.as_slice().to_vec()), None),
        };
        Ok(PlacedWrite { at, write, schema })
    }
}

impl PlacedWrite {
    /// Has it known in the store, as before a write by itself, how its value is to be read.
    pub(in crate::types) async fn get_ready(&mut self) -> Result<()> {
        let ready = async {
            match &mut self.write {
                Write::Set(_, value) | Write::Push(_, value) => {
                    let encoded = Encoded { bytes: mem::take(value), schema: self.schema };
                    *value = encoded.ready(&mut self.at).await?;
                }
                Write::Add(..) => self.at.note_write(self.at.store()?),
                Write::Delete(_) | Write::Remove(..) => {}
            }
            Ok(())
        };
        let readied: Result<()> = ready.await;
        readied.map_err(|error: Error| error.during("commit", Some(self.at.namespace.as_str())))
    }

    /// Has nobody share the load of the entry any more when this is dropped, if it is one that can be loaded.
    pub(in crate::types) fn writing<'a>(at: &'a Target, write: &'a Write) -> Option<Writing<'a>> {
        match write.place()? {
            EntryPlace::Key { key, .. } => Some(at.writing(key)),
            EntryPlace::Field { .. } | EntryPlace::Whole { .. } => None,
        }
    }
}

impl fmt::Debug for PlannedWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlannedWrite").field(&self.object.namespace()).finish()
    }
}
