//! What a cache was told of how long its entries live and how they are loaded.

use std::time::Duration;

use crate::error::Result;
use crate::near::{Mode, Near};
use crate::refusal::{config, refusals};
use crate::store::Life;

/// How long a lease stands by default that nobody renews.
const LEASE: Duration = Duration::from_secs(10);

/// How long a loader may take by default.
const LOAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a loader that failed is not asked again by default, the first time, where there is a stale value.
const RETRY_AFTER: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) life: Life,
    /// From which part of the time that a value is fresh on it may be loaded anew.
    pub(super) eager: Option<f64>,
    pub(super) lease: Duration,
    pub(super) load_timeout: Duration,
    pub(super) retry_after: Duration,
    /// Whether a store that is away is an error to who loads.
    pub(super) down_is_error: bool,
    /// Whether reads are kept in this process, and who tells of changes then.
    pub(super) near: Option<Mode>,
    /// Whether nothing is wrong with it, so that calls need not look.
    is_sound: bool,
}

impl Options {
    pub(super) const fn living(ttl: Duration) -> Self {
        if ttl.is_zero() {
            the_ttl_of_a_cache_must_not_be_zero();
        }
        Self {
            life: Life::of(ttl),
            eager: None,
            lease: LEASE,
            load_timeout: LOAD_TIMEOUT,
            retry_after: RETRY_AFTER,
            down_is_error: false,
            near: None,
            is_sound: false,
        }
        .looked_at()
    }

    /// To be said after each change.
    pub(super) const fn looked_at(self) -> Self {
        Self { is_sound: self.fault().is_none(), ..self }
    }

    pub(super) const fn idle(mut self, idle: Duration) -> Self {
        if idle.is_zero() {
            the_idle_time_of_a_cache_must_not_be_zero();
        }
        self.life.fresh = idle;
        self.life.is_idle = true;
        self.looked_at()
    }

    pub(super) const fn stale(mut self, stale: Duration) -> Self {
        self.life.stale = stale;
        self.looked_at()
    }

    pub(super) const fn jitter(mut self, part: f64) -> Self {
        if !is_part(part) {
            the_jitter_of_a_cache_must_be_a_part_from_0_to_1();
        }
        self.life.jitter = part;
        self.looked_at()
    }

    pub(super) const fn eager(mut self, part: f64) -> Self {
        self.eager = Some(part);
        self.looked_at()
    }

    pub(super) const fn near(mut self, near: &Near) -> Self {
        if matches!(near.mode, Mode::Fields) {
            near_fields_is_for_a_redis_cache();
        }
        self.near = Some(near.mode);
        self.looked_at()
    }

    /// Whether someone may load while there is a value, so that a lease lies beside it.
    pub(super) fn may_be_led(&self) -> bool {
        !self.life.stale.is_zero() || self.eager.is_some()
    }

    /// Whether a call may be made with it.
    #[inline]
    pub(super) fn check(&self) -> Result<()> {
        if self.is_sound { Ok(()) } else { self.refuse() }
    }

    #[inline]
    pub(super) fn is_sound(&self) -> bool {
        self.is_sound
    }

    #[cold]
    fn refuse(&self) -> Result<()> {
        self.fault().map_or(Ok(()), |fault| Err(config(fault)))
    }

    /// What no constant could have, and what does not go together.
    const fn fault(&self) -> Option<&'static str> {
        let Life { fresh, stale, jitter, is_idle } = self.life;
        let is_more = !stale.is_zero() || jitter > 0.0 || self.eager.is_some();
        match (is_idle, self.near) {
            (false, _) if fresh.is_zero() => Some("a cache whose `ttl` is zero keeps nothing; make it longer"),
            _ if fresh.is_zero() => Some("a cache whose `idle` is zero keeps nothing; make it longer"),
            _ if !is_part(jitter) => Some(
                "the `jitter` of a cache is the part of its `ttl` that may be missing, from 0 to 1; write 0.1 for a tenth",
            ),
            (true, _) if is_more => Some(
                "`idle` begins an entry's life anew with every read, so that `stale`, `jitter` and `eager` mean nothing to it; \
                 take those away, or give the cache a `ttl`",
            ),
            (true, Some(_)) => Some(
                "`idle` begins an entry's life anew with every read, which what is kept in this process does not: take `near` \
                 away, or give the cache a `ttl`",
            ),
            (_, Some(Mode::Fields)) => Some(
                "`Near::fields()` is for a `RedisCache`: the server tells of each entry of a `RedisTtlCache` as it is; write \
                 `Near::tracking()`",
            ),
            _ => None,
        }
    }
}

/// Whether it is a number from 0 to 1.
const fn is_part(part: f64) -> bool {
    part >= 0.0 && part <= 1.0
}

refusals! {
    near_fields_is_for_a_redis_cache
    the_ttl_of_a_cache_must_not_be_zero
    the_idle_time_of_a_cache_must_not_be_zero
    the_jitter_of_a_cache_must_be_a_part_from_0_to_1
}
