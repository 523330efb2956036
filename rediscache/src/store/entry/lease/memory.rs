//! Leases in the embedded store.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Begun, Hearing, Token, Wanted};
use crate::error::Result;
use crate::store::entry::data::{look, put};
use crate::store::memory::{Collection, Keyspace, MemoryStore, ends_in};

/// The leases of the embedded store.
pub(crate) struct MemoryLeases<'a>(pub(crate) &'a MemoryStore);

/// Beside the keys: a lease is none of them, and every write of an entry ends it.
#[derive(Debug, Default)]
struct Leases {
    held: HashMap<Box<str>, Held>,
    /// From how many on those are looked for that are over.
    crowd: usize,
    ended: watch::Sender<()>,
}

#[derive(Debug)]
struct Held {
    /// Whose it is, unless it is but a mark of loads that failed.
    token: Option<Token>,
    until: Instant,
    failures: u32,
    /// Until when no loader is asked again where there is a stale value.
    resting: Option<Instant>,
}

/// The fewest leases that are looked through for those that are over.
const CROWD: usize = 1024;

impl Collection for Leases {
    const NAME: &str = "leases";

    fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

/// Ends the load of an entry that is written.
pub(crate) fn end_lease(keyspace: &mut Keyspace, key: &str) {
    keyspace.beside::<Leases>().end(key);
}

impl Leases {
    fn end(&mut self, key: &str) {
        if self.held.remove(key).is_some_and(|held| held.token.is_some()) {
            self.ended.send_replace(());
        }
    }

    fn stands(&self, key: &str, token: Token) -> bool {
        self.held.get(key).is_some_and(|held| held.token == Some(token) && held.until > Instant::now())
    }

    fn take(&mut self, key: &str, token: Token, lease: Duration) -> Begun {
        if self.held.len() >= self.crowd {
            let now = Instant::now();
            self.held.retain(|_, held| held.until > now);
            self.crowd = CROWD.max(2 * self.held.len());
        }
        let failures = self.held.get(key).map_or(0, |held| held.failures);
        let held = Held { token: Some(token), until: ends_in(lease), failures, resting: None };
        self.held.insert(key.into(), held);
        Begun::Leased
    }
}

impl MemoryLeases<'_> {
    pub(super) fn begin(
        &self,
        key: &str,
        token: Token,
        wanted: Wanted,
        lease: Duration,
        above: Duration,
    ) -> Result<Begun> {
        let mut keyspace = self.0.keyspace();
        let found = look(&mut keyspace, key)?;
        let leases = keyspace.beside::<Leases>();
        let now = Instant::now();
        let held = leases.held.get(key).filter(|held| held.until > now);
        let holder = held.filter(|held| held.token.is_some_and(|holder| holder != token)).map(|held| held.until - now);
        let Some((value, left)) = found else {
            return Ok(holder.map_or_else(|| leases.take(key, token, lease), Begun::Held));
        };
        let value = (wanted != Wanted::Ahead).then_some(value);
        if left.map_or(wanted != Wanted::Another, |left| left > above) {
            return Ok(Begun::Fresh(value));
        }
        let resting = held.and_then(|held| held.resting?.checked_duration_since(now)).filter(|rest| !rest.is_zero());
        Ok(match (holder, resting) {
            (Some(left), _) if wanted == Wanted::Another => Begun::Held(left),
            (Some(left), _) => Begun::Stale(left, value),
            (None, Some(pause)) if wanted != Wanted::Another => Begun::Stale(pause, value),
            (None, _) => leases.take(key, token, lease),
        })
    }

    pub(super) fn renew(&self, key: &str, token: Token, lease: Duration) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let leases = keyspace.beside::<Leases>();
        let stands = leases.stands(key, token);
        if let Some(held) = leases.held.get_mut(key).filter(|_| stands) {
            held.until = ends_in(lease);
        }
        Ok(stands)
    }

    pub(super) fn store(&self, key: &str, token: Token, value: &[u8], life: Duration) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let leases = keyspace.beside::<Leases>();
        if !leases.stands(key, token) {
            return Ok(false);
        }
        leases.end(key);
        put(&mut keyspace, key, value, life)?;
        Ok(true)
    }

    pub(super) fn end(&self, key: &str, token: Token, (first, most): (Duration, Duration)) -> Result<(bool, Duration)> {
        let mut keyspace = self.0.keyspace();
        let has_value = look(&mut keyspace, key)?.is_some();
        let leases = keyspace.beside::<Leases>();
        if !leases.stands(key, token) {
            return Ok((false, Duration::ZERO));
        }
        let failures = leases.held.get(key).map_or(0, |held| held.failures);
        leases.end(key);
        if !has_value || first.is_zero() {
            return Ok((true, Duration::ZERO));
        }
        let pause = first.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX)).min(most);
        let (resting, until) = (Some(ends_in(pause)), ends_in(pause + most));
        leases.held.insert(key.into(), Held { token: None, until, failures: failures + 1, resting });
        Ok((true, pause))
    }

    pub(super) fn hear(&self, _key: &str) -> Result<Option<Hearing>> {
        Ok(Some(Hearing::Memory(self.0.keyspace().beside::<Leases>().ended.subscribe())))
    }
}
