//! What a cache was told of how its entries are loaded.

use std::time::Duration;

use crate::error::Result;
use crate::refusal::config;
use crate::types::ttl_cache::options::Options;

/// Below this, renewals could not keep up.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

/// What [`get_or_load`](crate::RedisTtlCache::get_or_load) does while the server is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenDown {
    /// Asks the loader, one for each key in this process, and stores nothing.
    #[default]
    Load,
    /// Fails: where what is behind the loader bears the load only as long as there is a cache in front of it.
    Error,
}

impl Options {
    /// What is wrong with it for who loads, at use.
    pub(in crate::types::ttl_cache) fn check_loading(&self) -> Result<()> {
        self.check()?;
        match self {
            Self { eager: Some(part), .. } if !(*part > 0.0 && *part < 1.0) => {
                Err(config("`eager` is a part of the time that a value is fresh: give one between 0 and 1, as 0.8"))
            }
            Self { lease, .. } if *lease < SHORTEST_LEASE => {
                Err(config("a `lease` below 100 ms ends while its loader works; make it longer"))
            }
            Self { load_timeout, .. } if load_timeout.is_zero() => {
                Err(config("a `load_timeout` of zero lets no loader come to its end; make it longer"))
            }
            _ => Ok(()),
        }
    }
}
