//! Loading what is not there: by one for all who ask.

mod configure;
mod error;
mod future;
mod loaded;

use std::sync::Arc;

pub use configure::WhenDown;
pub use error::LoadError;
pub use future::GetOrLoad;
pub use loaded::Loaded;

use super::RedisTtlCache;
use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::lend::Lend;

impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// The value of `key`; where there is none, `loader` is asked for it.
    pub fn get_or_load<L, F, R, E>(&self, key: impl Lend<K>, loader: L) -> GetOrLoad<V, E>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Into<Loaded<V>>,
        E: Send + Sync + 'static,
    {
        let found = self.get(key);
        GetOrLoad::of(async move {
            if let Some(value) = found.await? {
                return Ok(value);
            }
            let loaded = loader().await.map_err(|error| LoadError::Load(Arc::new(error)))?;
            Ok(loaded.into().value)
        })
    }
}
