use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::MemoryStore;
use crate::backend::{DataType, milliseconds};
use crate::error::Result;

impl MemoryStore {
    pub(crate) fn clear(&self, key: &str, data: DataType) -> Result<()> {
        let mut keyspace = self.keyspace();
        if keyspace.lifetime(key, data)?.is_some() {
            keyspace.remove(key);
        }
        Ok(())
    }

    pub(crate) fn expire(&self, key: &str, data: DataType, after: Duration) -> Result<bool> {
        let mut keyspace = self.keyspace();
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

    pub(crate) fn expire_at(&self, key: &str, data: DataType, at: SystemTime) -> Result<bool> {
        self.expire(key, data, at.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO))
    }

    pub(crate) fn expiry(&self, key: &str, data: DataType) -> Result<Option<Duration>> {
        let expires = self.keyspace().lifetime(key, data)?.flatten();
        Ok(expires.map(|at| at.saturating_duration_since(Instant::now())))
    }

    pub(crate) fn persist(&self, key: &str, data: DataType) -> Result<bool> {
        let mut keyspace = self.keyspace();
        let had_one = keyspace.lifetime(key, data)?.flatten().is_some();
        keyspace.set_lifetime(key, None);
        Ok(had_one)
    }
}

/// The end of a life of `after`; one too far off for the clock ends in a century.
pub(super) fn ends_in(after: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let after = Duration::from_millis(milliseconds(after).unsigned_abs());
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + CENTURY)
}
