//! Loading what is not there: by one for all who ask.

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

use std::future::Future;

use tracing::Instrument;

pub use configure::WhenDown;
pub use error::LoadError;
pub use future::GetOrLoad;
pub use loaded::Loaded;
pub use stats::TtlStats;

use self::ask::Ask;
use super::RedisTtlCache;
use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::lend::Lend;
use crate::types::object::span;

const OPERATION: &str = "get_or_load";

impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// The value of `key`; where there is none, `loader` is asked for it.
    pub fn get_or_load<L, F, R, E>(&self, key: impl Lend<K>, loader: L) -> GetOrLoad<V, E>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Into<Loaded<V>>,
        E: Send + Sync + 'static,
    {
        let (stored, options, object) = (Self::new_key(&key), self.options, self.object.clone());
        GetOrLoad::of(async move {
            let (span, namespace) = (span(OPERATION, object.namespace()), object.name().clone());
            let call = Ask::<V, C, L, R, E>::new(object, options, loader).call(stored);
            call.instrument(span).await.map_err(|error| match error {
                LoadError::Cache(error) => LoadError::Cache(error.during(OPERATION, Some(namespace.as_str()))),
                LoadError::Load(error) => LoadError::Load(error),
            })
        })
    }
}
