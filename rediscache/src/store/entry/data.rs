//! What the embedded store keeps of an entry.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Result;
use crate::store::memory::{Collection, Keyspace, ends_in};

/// What the key of an entry holds.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) value: Option<Box<[u8]>>,
}

impl Collection for Entry {
    const NAME: &str = "string";

    fn is_empty(&self) -> bool {
        self.value.is_none()
    }
}

/// The value of an entry and how long it has to live, `None` for ever.
pub(super) fn look(keyspace: &mut Keyspace, key: &str) -> Result<Option<(Vec<u8>, Option<Duration>)>> {
    let value = keyspace.find(key)?.and_then(|entry: &mut Entry| entry.value.as_ref().map(|value| value.to_vec()));
    let ends = keyspace.lifetime(key, Entry::NAME)?.flatten();
    Ok(value.map(|value| (value, ends.map(|ends| ends - Instant::now()))))
}

/// Stores a value for so long.
pub(super) fn put(keyspace: &mut Keyspace, key: &str, value: &[u8], life: Duration) -> Result<()> {
    keyspace.change(key, |entry: &mut Entry| entry.value = Some(value.into()))?;
    keyspace.set_lifetime(key, Some(ends_in(life)));
    Ok(())
}
