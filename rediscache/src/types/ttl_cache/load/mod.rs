//! Loading what is not there: by one for all who ask, and never stored when a write came between.

mod ask;
mod at;
mod budget;
mod chance;
mod configure;
mod error;
mod future;
mod loaded;
mod loader;
mod nested;
mod run;
mod stats;

pub(super) use ask::LoadCall;
pub use configure::WhenDown;
pub use error::LoadError;
pub use future::GetOrLoad;
pub use loaded::Loaded;
pub use stats::TtlStats;

use crate::bounds::Key;
use crate::codec::{Codec, append_new};
use crate::error::Result;
use crate::lend::Lend;

/// The stored form of a key of which something may be stored.
pub(super) fn new_key<C: Codec, K: Key>(key: &impl Lend<K>) -> Result<Vec<u8>> {
    let mut stored = Vec::new();
    append_new::<C, K>(key, &mut stored)?;
    Ok(stored)
}
