//! Transactions in the embedded store: all steps while its one lock is held.

use std::collections::HashMap;

use super::step::{Attempted, EntryPlace, Expectation, Write};
use crate::error::Result;
use crate::store::entry::{fresh, store};
use crate::store::hash::Hash;
use crate::store::list::List;
use crate::store::memory::{Keyspace, MemoryStore};
use crate::store::set::Members;
use crate::store::string::{self, STRING};

/// The transactions of the embedded store.
pub(crate) struct MemoryTransactions<'a>(pub(crate) &'a MemoryStore);

impl MemoryTransactions<'_> {
    pub(super) fn commit(&self, _: &str, expectations: &[Expectation], writes: &[Write]) -> Result<Attempted> {
        let mut keyspace = self.0.keyspace();
        for (at, Expectation { place, value }) in expectations.iter().enumerate() {
            let Ok(stored) = look(&mut keyspace, place) else {
                return Ok(Attempted::WrongType(place.key().to_owned()));
            };
            if stored != *value {
                return Ok(Attempted::Unmet(at, stored));
            }
        }
        if let Some(key) = misfit(&mut keyspace, writes) {
            return Ok(Attempted::WrongType(key.to_owned()));
        }
        for write in writes {
            make(&mut keyspace, write)?;
        }
        drop(keyspace);
        if writes.iter().any(|write| matches!(write, Write::Push(..))) {
            self.0.tell_of_items();
        }
        Ok(Attempted::Done)
    }
}

/// What is there; an error where the key holds another type.
fn look(keyspace: &mut Keyspace, place: &EntryPlace) -> Result<Option<Vec<u8>>> {
    match place {
        EntryPlace::Field { key, field } => {
            let hash = keyspace.find(key)?;
            Ok(hash.and_then(|hash: &mut Hash| hash.get(field.as_slice()).map(|value| value.to_vec())))
        }
        EntryPlace::Key { key, life } => Ok(fresh(keyspace, key, *life).map(|(value, _)| value.to_vec())),
        EntryPlace::Whole { key } => Ok(string::find(keyspace, key)?.map(<[u8]>::to_vec)),
    }
}

/// The key that holds another type when it is come to, if there is one: nothing was written then.
fn misfit<'a>(keyspace: &mut Keyspace, writes: &'a [Write]) -> Option<&'a str> {
    let mut held = HashMap::new();
    for write in writes {
        let (key, required) = (write.key(), write.required());
        let fits = required.is_none_or(|required| match held.get(key) {
            Some(held) => *held == required,
            None => keyspace.lifetime(key, required).is_ok(),
        });
        if !fits {
            return Some(key);
        }
        held.insert(key, required.unwrap_or(STRING));
    }
    None
}

fn make(keyspace: &mut Keyspace, write: &Write) -> Result<()> {
    match write {
        Write::Set(EntryPlace::Field { key, field }, value) => {
            keyspace.change(key, |hash: &mut Hash| drop(hash.insert(field.as_slice().into(), value.as_slice().into())))
        }
        Write::Set(EntryPlace::Key { key, life }, value) => {
            store(keyspace, key, value, life.kept());
            Ok(())
        }
        Write::Delete(EntryPlace::Field { key, field }) => {
            keyspace.change(key, |hash: &mut Hash| drop(hash.remove(field.as_slice())))
        }
        Write::Set(EntryPlace::Whole { key }, value) => {
            string::put(keyspace, key, value);
            Ok(())
        }
        Write::Delete(EntryPlace::Key { key, .. } | EntryPlace::Whole { key }) => {
            keyspace.remove(key);
            Ok(())
        }
        Write::Push(key, item) => keyspace.change(key, |list: &mut List| list.push_front(item.as_slice().into())),
        Write::Add(key, member) => keyspace.change(key, |set: &mut Members| {
            _ = set.insert(member.as_slice().into());
        }),
        Write::Remove(key, member) => keyspace.change(key, |set: &mut Members| {
            _ = set.remove(member.as_slice());
        }),
    }
}
