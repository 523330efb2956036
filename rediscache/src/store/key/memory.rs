//! Keys as a whole in the embedded store.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::walk::Cursor;
use crate::error::Result;
use crate::store::memory::{MemoryStore, ends_in};

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
        let after = if let Some(Cursor::Behind(name)) = &cursor { Some(name.as_str()) } else { None };
        let mut keyspace = self.0.keyspace();
        let names: Vec<String> = keyspace.names(key, after).take(PAGE).map(str::to_owned).collect();
        let next = names.last().filter(|_| names.len() == PAGE).map(|last| Cursor::Behind(last.clone()));
        Ok((names, next))
    }
}
