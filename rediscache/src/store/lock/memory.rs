//! Locks in the embedded store.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

use super::acquired::{Acquired, LockPage, LockSeen, REMEMBERED};
use crate::error::Result;
use crate::store::hearing::Hearing;
use crate::store::key::{Cursor, memory_page, rest_of};
use crate::store::memory::{Collection, MemoryStore, ends_in};
use crate::store::milliseconds::milliseconds;
use crate::store::token::Token;

/// The locks of the embedded store.
pub(crate) struct MemoryLocks<'a>(pub(crate) &'a MemoryStore);

#[derive(Debug, Default)]
struct Lock {
    held: Option<(Token, Instant)>,
    /// The number of the last holder.
    fence: u64,
}

impl Collection for Lock {
    const NAME: &str = "hash";

    /// It ends by its expiry.
    fn is_empty(&self) -> bool {
        false
    }
}

/// Told of each lock that is freed.
#[derive(Debug, Default)]
struct Freed(watch::Sender<()>);

impl Collection for Freed {
    const NAME: &str = "locks";

    fn is_empty(&self) -> bool {
        true
    }
}

impl MemoryLocks<'_> {
    pub(super) fn acquire(&self, key: &str, token: Token, lease: Duration) -> Result<Acquired> {
        let mut keyspace = self.0.keyspace();
        let (now, until) = (Instant::now(), ends_in(lease));
        let (held, mut fence) = keyspace.find::<Lock>(key)?.map_or((None, 0), |lock| (lock.held, lock.fence));
        match held {
            Some((holder, ends)) if holder != token && ends > now => return Ok(Acquired::Taken(ends - now)),
            Some((holder, _)) if holder == token => {}
            _ => fence = microseconds_since_1970().max(fence + 1),
        }
        keyspace.put(key, Lock { held: Some((token, until)), fence }, Some(until + REMEMBERED));
        Ok(Acquired::Held(fence))
    }

    pub(super) fn renew(&self, key: &str, token: Token, lease: Duration) -> Result<bool> {
        let (mut keyspace, until) = (self.0.keyspace(), ends_in(lease));
        let Some(lock) = keyspace.find::<Lock>(key)?.filter(|lock| lock.is_held_by(token)) else { return Ok(false) };
        lock.held = Some((token, until));
        keyspace.set_lifetime(key, Some(until + REMEMBERED));
        Ok(true)
    }

    pub(super) fn release(&self, key: &str, token: Token) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let Some(lock) = keyspace.find::<Lock>(key)?.filter(|lock| lock.is_held_by(token)) else { return Ok(false) };
        lock.held = None;
        keyspace.beside::<Freed>().0.send_replace(());
        Ok(true)
    }

    pub(super) fn forget_all(&self, key: &str) -> Result<()> {
        let (prefix, now, mut keyspace) = (format!("{key}:"), Instant::now(), self.0.keyspace());
        let is_own = |name: &str| rest_of(name, &prefix).is_some();
        let is_free = |lock: &Lock| lock.held.is_none_or(|(_, ends)| ends <= now);
        let own = keyspace.walk::<Lock>(&prefix, None).filter(|(name, _)| is_own(name));
        let free = own.filter(|(_, lock)| lock.is_some_and(|(lock, _)| is_free(lock)));
        let names: Vec<String> = free.map(|(name, _)| name.to_owned()).collect();
        names.iter().for_each(|name| keyspace.remove(name));
        Ok(())
    }

    pub(super) fn look(&self, key: &str) -> Result<Option<LockSeen>> {
        Ok(self.0.keyspace().find::<Lock>(key)?.map(|lock| lock.seen()))
    }

    pub(super) fn page(&self, key: &str, cursor: Option<Cursor>) -> Result<LockPage> {
        let (locks, next) = memory_page(self.0, key, cursor.as_ref(), |lock: &Lock, _| Some(lock.seen()));
        Ok(LockPage { locks, next })
    }

    pub(super) fn hear(&self, _key: &str) -> Result<Option<Hearing>> {
        Ok(Some(Hearing::Memory(self.0.keyspace().beside::<Freed>().0.subscribe())))
    }
}

impl Lock {
    fn is_held_by(&self, token: Token) -> bool {
        self.held.is_some_and(|(holder, _)| holder == token)
    }

    fn seen(&self) -> LockSeen {
        let held = self.held.filter(|(_, ends)| *ends > Instant::now()).map(|(token, ends)| {
            let left = milliseconds(ends.saturating_duration_since(Instant::now()));
            (String::from_utf8_lossy(&token.digits()).into_owned(), left)
        });
        LockSeen { held, fence: self.fence }
    }
}

fn microseconds_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
