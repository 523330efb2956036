//! Where one call asks, what it knows, and what it finds there.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::budget::Budget;
use super::chance::is_chosen;
use super::nested::Loading;
use crate::bounds::Value;
use crate::codec::{Codec, EncodedKey};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{LoadCounts, LoadOutcome, LoadWait, Loads};
use crate::store::{Found, Wanted};
use crate::types::entry_name::entry_name;
use crate::types::object::{Object, Target};
use crate::types::ttl_cache::options::Options;
use crate::types::ttl_cache::reads::LoadReads;

/// How long one who waits in another runtime than that of the load does not look whether somebody runs that.
const STANDSTILL: Duration = Duration::from_millis(500);

/// Where one call asks, and what it knows.
pub(super) struct At {
    pub(super) target: Target,
    pub(super) key: EncodedKey,
    pub(super) entry: String,
    pub(super) budget: Budget,
    pub(super) counts: Arc<LoadCounts>,
    /// How many loads had been begun when it asked.
    pub(super) asked: u64,
}

/// What there is for who asks.
pub(super) enum SeenValue<V> {
    /// A value; to be loaded ahead for those who come later, where it has no more than so many milliseconds to live.
    Value(V, Option<i64>),
    Missing(Want),
}

/// What is wanted of a load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub(super) wanted: Wanted,
    /// A value that lives for more milliseconds need not be loaded anew.
    pub(super) above: i64,
    /// Whether the store could not be asked.
    pub(super) is_away: bool,
}

impl At {
    /// A session that the object was bound to goes along.
    pub(super) fn of(object: &mut Object, options: &Options, key: EncodedKey) -> Result<Self> {
        options.check_loading()?;
        let target = object.target()?;
        let entry = entry_name(&target.key, key.as_slice());
        let state = target.session.state();
        Loading::check(state.near_caches.session(), &entry)?;
        let (asked, counts) = (state.loads.begun(), state.loads.counts(target.namespace.as_str()));
        Ok(Self { budget: Budget::of(target.limit), asked, counts, key, entry, target })
    }

    pub(super) fn loads(&self) -> &Arc<Loads> {
        &self.target.session.state().loads
    }

    /// Looks into the store, by a read that this process keeps where it is to.
    pub(super) async fn find<V: Value, C: Codec>(
        &mut self,
        object: &Object,
        options: &Options,
        kept: Option<&LoadReads<V>>,
    ) -> Result<SeenValue<V>> {
        if let Some(reads) = kept.filter(|_| !self.is_away()) {
            let read = reads.get(&object.part_in(&self.target.session), self.key.clone());
            match self.budget.spend(read).await {
                Ok(Some(value)) => {
                    LoadCounts::add(&self.counts.hits);
                    return Ok(SeenValue::Value(value, None));
                }
                Err(error) => return Self::bear(error, options).map(SeenValue::Missing),
                // A stale one, or none.
                Ok(None) => {}
            }
        }
        let above = || options.life.stale_milliseconds();
        let found = if self.is_away() { Err(away()) } else { self.peek(options).await };
        let Found { value, left } = match found {
            Ok(Some(found)) => found,
            Ok(None) => {
                if kept.is_none() {
                    self.target.counts().asked(None);
                }
                let want = Want { wanted: Wanted::Value, above: above(), is_away: false };
                return Ok(SeenValue::Missing(want));
            }
            Err(error) => return Self::bear(error, options).map(SeenValue::Missing),
        };
        if let Some(value) = self.target.read::<V, C>(Some(value)).await? {
            let is_fresh = left.is_none_or(|left| left > above());
            LoadCounts::add(if is_fresh { &self.counts.hits } else { &self.counts.stale });
            let ahead = left.filter(|&left| !is_fresh || self.is_ending(options, left - above()));
            return Ok(SeenValue::Value(value, ahead));
        }
        Ok(SeenValue::Missing(self.another().await?))
    }

    /// Goes on without the store where that is away.
    fn bear(error: Error, options: &Options) -> Result<Want> {
        if !error.is_retryable() || options.down_is_error {
            return Err(error);
        }
        tracing::debug!(%error, "the store is away, loading without it");
        Ok(Want { wanted: Wanted::Value, above: options.life.stale_milliseconds(), is_away: true })
    }

    /// Whether the store is known to be away, so that there is no use in asking it.
    fn is_away(&self) -> bool {
        self.target.store().is_ok_and(|store| store.is_away(&self.entry))
    }

    /// The value and, where it matters, how long it has to live.
    async fn peek(&mut self, options: &Options) -> Result<Option<Found>> {
        let entries = self.target.store()?.entries();
        if !options.may_be_led() {
            let value = self.budget.spend(pin!(entries.get(&self.entry, &options.life))).await?;
            return Ok(value.map(|value| Found { value, left: None }));
        }
        self.budget.spend(pin!(entries.find(&self.entry))).await
    }

    /// Whether one who reads a value that is fresh for `left` milliseconds loads it anew.
    fn is_ending(&self, options: &Options, left: i64) -> bool {
        let left = Duration::from_millis(left.unsigned_abs());
        let window = |part: f64| options.life.fresh.mul_f64(1.0 - part);
        options.eager.is_some_and(|part| left <= window(part) && is_chosen(self.counts.time(), left))
    }

    /// Wants another value than the one that is there and cannot be read.
    async fn another(&mut self) -> Result<Want> {
        let entries = self.target.store()?.entries();
        let found = self.budget.spend(pin!(entries.find(&self.entry))).await?;
        let above = found.and_then(|found| found.left).unwrap_or_default();
        Ok(Want { wanted: Wanted::Another, above, is_away: false })
    }

    /// Waits for what a load comes to; `None` when nobody will say.
    pub(super) async fn outcome(&self, mut wait: LoadWait) -> Option<LoadOutcome> {
        let Ok(store) = self.target.store() else { return wait.outcome(self.asked).await };
        if !store.is_elsewhere() {
            return wait.outcome(self.asked).await;
        }
        let moves = store.moves();
        loop {
            if let Ok(outcome) = tokio::time::timeout(STANDSTILL, wait.outcome(self.asked)).await {
                return outcome;
            }
            store.move_if_stuck().await;
            if store.moves() != moves {
                self.loads().end(&self.entry);
                return None;
            }
        }
    }
}

/// Of a store that was not asked.
#[cold]
pub(super) fn away() -> Error {
    Error::new(ErrorKind::Connection, "the server is away, as other calls have found out")
}
