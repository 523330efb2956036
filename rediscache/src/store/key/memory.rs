//! Keys as a whole in the embedded store.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::error::Result;
use crate::store::memory::{MemoryStore, ends_in};

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
}
