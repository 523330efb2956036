//! Leases in the embedded store.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::step::{Begun, Wanted};
use crate::error::Result;
use crate::store::entry::data::{HeldLease, StoredEntry};
use crate::store::hearing::Hearing;
use crate::store::memory::{Collection, Keyspace, MemoryStore, ends_in};
use crate::store::milliseconds::milliseconds;
use crate::store::token::Token;

/// The leases of the embedded store: each in the entry itself, in the place of which every write puts another.
pub(crate) struct MemoryLeases<'a>(pub(crate) &'a MemoryStore);

/// Told of the end of each lease.
#[derive(Debug, Default)]
struct Ended(watch::Sender<()>);

impl Collection for Ended {
    const NAME: &str = "leases";

    fn is_empty(&self) -> bool {
        true
    }
}

impl MemoryLeases<'_> {
    pub(super) fn begin(&self, key: &str, token: Token, wanted: Wanted, lease: Duration, above: i64) -> Result<Begun> {
        let mut keyspace = self.0.keyspace();
        let (now, mut failures) = (Instant::now(), 0);
        if let Some((entry, ends)) = keyspace.find_if::<StoredEntry>(key) {
            let value = || entry.value.as_ref().filter(|_| wanted != Wanted::Ahead).map(|value| value.to_vec());
            let left = ends.map(|ends| milliseconds(ends.saturating_duration_since(now)));
            if entry.value.is_some() && left.map_or(wanted != Wanted::Another, |left| left > above) {
                return Ok(Begun::Fresh(value()));
            }
            let held = entry.lease.as_ref().filter(|held| held.until > now);
            failures = held.map_or(0, |held| held.failures);
            let holder = held.filter(|held| held.token.is_some_and(|holder| holder != token));
            if let Some(left) = holder.map(|held| held.until - now) {
                let has_value = entry.value.is_some() && wanted != Wanted::Another;
                return Ok(if has_value { Begun::Stale(left, value()) } else { Begun::Held(left) });
            }
            let resting = held.and_then(|held| held.resting).filter(|&until| until > now && wanted != Wanted::Another);
            if let Some(until) = resting.filter(|_| entry.value.is_some()) {
                return Ok(Begun::Stale(until - now, value()));
            }
        }
        take(&mut keyspace, key, token, failures, lease);
        Ok(Begun::Leased(token))
    }

    pub(super) fn renew(&self, key: &str, token: Token, lease: Duration) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let Some(entry) = standing(&mut keyspace, key, token) else { return Ok(false) };
        let until = ends_in(lease);
        entry.lease.iter_mut().for_each(|held| held.until = until);
        if entry.value.is_none() {
            keyspace.set_lifetime(key, Some(until));
        }
        Ok(true)
    }

    pub(super) fn store(&self, key: &str, token: Token, value: &[u8], kept: i64) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let stands = standing(&mut keyspace, key, token).is_some();
        if stands {
            keyspace.put(key, StoredEntry::of(value), Some(ends_in(Duration::from_millis(kept.unsigned_abs()))));
        }
        Ok(stands)
    }

    pub(super) fn end(&self, key: &str, token: Token, (first, most): (Duration, Duration)) -> Result<(bool, Duration)> {
        let mut keyspace = self.0.keyspace();
        let ended = keyspace.beside::<Ended>().0.clone();
        let Some(entry) = standing(&mut keyspace, key, token) else { return Ok((false, Duration::ZERO)) };
        let failures = entry.lease.take().map_or(0, |held| held.failures);
        if entry.value.is_none() {
            keyspace.remove(key);
        } else if !first.is_zero() {
            let pause = first.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX)).min(most);
            let (resting, until) = (Some(ends_in(pause)), ends_in(pause + most));
            entry.lease = Some(HeldLease { token: None, until, failures: failures + 1, resting, ended });
            return Ok((true, pause));
        }
        Ok((true, Duration::ZERO))
    }

    pub(super) fn tell(&self, _key: &str, _token: Token) -> Result<()> {
        // A lease that is to end does.
        Ok(())
    }

    pub(super) fn hear(&self, _key: &str) -> Result<Option<Hearing>> {
        Ok(Some(Hearing::Memory(self.0.keyspace().beside::<Ended>().0.subscribe())))
    }
}

/// The entry, if the lease of this token stands.
fn standing<'a>(keyspace: &'a mut Keyspace, key: &str, token: Token) -> Option<&'a mut StoredEntry> {
    let (entry, _) = keyspace.find_if::<StoredEntry>(key)?;
    let held = entry.lease.as_ref().filter(|held| held.token == Some(token) && held.until > Instant::now());
    if held.is_some() { Some(entry) } else { None }
}

/// Takes the lease: beside the value, or in the place of one, where it ends as one does.
fn take(keyspace: &mut Keyspace, key: &str, token: Token, failures: u32, lease: Duration) {
    let ended = keyspace.beside::<Ended>().0.clone();
    let held = HeldLease { token: Some(token), until: ends_in(lease), failures, resting: None, ended };
    let until = held.until;
    match keyspace.find_if::<StoredEntry>(key) {
        Some((entry, _)) if entry.value.is_some() => entry.lease = Some(held),
        _ => keyspace.put(key, StoredEntry { value: None, lease: Some(held) }, Some(until)),
    }
}
