//! Keys as a whole in the embedded store.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::walk::{Cursor, rest_of};
use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore, ends_in};

/// How many keys are looked at for one page of a walk.
const PAGE: usize = 500;

/// The keys of the embedded store.
pub(crate) struct MemoryKey<'a>(pub(crate) &'a MemoryStore);

impl MemoryKey<'_> {
    pub(super) fn clear(&self, key: &str, data: &str) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        if keyspace.lifetime(key, data)?.is_some() {
            keyspace.remove(key);
        }
        Ok(())
    }

    pub(super) fn expire(&self, key: &str, data: &str, after: Duration) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        if keyspace.lifetime(key, data)?.is_none() {
            return Ok(false);
        }
        if after.is_zero() {
            keyspace.remove(key);
        } else {
            keyspace.set_lifetime(key, Some(ends_in(after)));
        }
        Ok(true)
    }

    pub(super) fn expire_at(&self, key: &str, data: &str, at: SystemTime) -> Result<bool> {
        self.expire(key, data, at.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
    }

    pub(super) fn expiry(&self, key: &str, data: &str) -> Result<Option<Duration>> {
        let expires = self.0.keyspace().lifetime(key, data)?.flatten();
        Ok(expires.map(|at| at.saturating_duration_since(Instant::now())))
    }

    pub(super) fn persist(&self, key: &str, data: &str) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let had_one = keyspace.lifetime(key, data)?.flatten().is_some();
        keyspace.set_lifetime(key, None);
        Ok(had_one)
    }

    /// What the embedded store keeps is part of the process, and is not measured.
    pub(super) fn memory(&self, _: &str) -> Result<Option<u64>> {
        Ok(None)
    }

    pub(super) fn names(&self, key: &str, cursor: Option<Cursor>) -> Result<(Vec<String>, Option<Cursor>)> {
        let mut keyspace = self.0.keyspace();
        let names: Vec<String> = keyspace.names(key, behind(cursor.as_ref())).take(PAGE).map(str::to_owned).collect();
        let next = names.last().filter(|_| names.len() == PAGE).map(|last| Cursor::Behind(last.clone()));
        Ok((names, next))
    }
}

/// What `see` makes of data of type `T` on a page of a walk over the entries of an object, each with what stands behind the
/// object's name and `:`; and where the next page begins.
pub(in crate::store) fn memory_page<T: Collection, S>(
    store: &MemoryStore,
    key: &str,
    cursor: Option<&Cursor>,
    see: impl Fn(&T, Option<Instant>) -> Option<S>,
) -> (Vec<(String, S)>, Option<Cursor>) {
    let (prefix, mut keyspace) = (format!("{key}:"), store.keyspace());
    let (mut seen, mut last, mut names) = (Vec::new(), None, 0);
    for (name, data) in keyspace.walk::<T>(&prefix, behind(cursor)).take(PAGE) {
        (last, names) = (Some(name), names + 1);
        if let (Some(rest), Some((data, ends))) = (rest_of(name, &prefix), data) {
            seen.extend(see(data, ends).map(|data| (rest.to_owned(), data)));
        }
    }
    (seen, last.filter(|_| names == PAGE).map(|name| Cursor::Behind(name.to_owned())))
}

/// The last name that was looked at.
fn behind(cursor: Option<&Cursor>) -> Option<&str> {
    if let Some(Cursor::Behind(name)) = cursor { Some(name) } else { None }
}
