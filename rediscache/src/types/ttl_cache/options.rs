//! What a cache was told of how long its entries live and how they are loaded.

use std::time::Duration;

use crate::error::Result;
use crate::refusal::config;
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
}

impl Options {
    pub(super) const fn living(ttl: Duration) -> Self {
        Self {
            life: Life::of(ttl),
            eager: None,
            lease: LEASE,
            load_timeout: LOAD_TIMEOUT,
            retry_after: RETRY_AFTER,
            down_is_error: false,
        }
    }

    /// What is wrong with it, at use.
    pub(super) fn check(&self) -> Result<()> {
        if self.life.fresh.is_zero() {
            return Err(config("a `ttl` of zero keeps nothing; make it longer"));
        }
        Ok(())
    }
}
