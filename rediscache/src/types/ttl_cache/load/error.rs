//! Why a value could not be had.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// Why [`get_or_load`](crate::RedisTtlCache::get_or_load) has no value: the loader failed, or the cache did.
///
/// Its words and its source are those of whoever failed. Shared by all who waited for one load, and so a clone is cheap, whatever
/// `E` is. It is an [`Error`](StdError) where `E` is one; `anyhow::Error` is none, and takes
/// `.map_err(|error| anyhow!("{error:#}"))` before the `?`.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
///
/// use rediscache::{LoadError, RedisSession, RedisTtlCache};
///
/// let session = RedisSession::in_memory();
/// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(600)).on(&session);
/// let error = pages.get_or_load(7, || async { Err::<String, _>("no such page") }).await.unwrap_err();
/// assert!(matches!(error, LoadError::Load(reason) if *reason == "no such page"));
/// # }
/// ```
pub enum LoadError<E> {
    /// What the loader said.
    Load(Arc<E>),
    /// The cache could not be asked, or the loader came to no end: it panicked, took too long, or asked for its own key.
    Cache(Error),
}

impl<E> LoadError<E> {
    /// What the loader said, if it was the loader.
    #[must_use]
    pub fn load(&self) -> Option<&E> {
        match self {
            Self::Load(error) => Some(error),
            Self::Cache(_) => None,
        }
    }

    /// What the cache said, if it was the cache.
    #[must_use]
    pub fn cache(&self) -> Option<&Error> {
        match self {
            Self::Load(_) => None,
            Self::Cache(error) => Some(error),
        }
    }
}

impl<E> Clone for LoadError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Load(error) => Self::Load(Arc::clone(error)),
            Self::Cache(error) => Self::Cache(error.again()),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for LoadError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => f.debug_tuple("Load").field(error).finish(),
            Self::Cache(error) => f.debug_tuple("Cache").field(error).finish(),
        }
    }
}

impl<E: fmt::Display> fmt::Display for LoadError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::Cache(error) => error.fmt(f),
        }
    }
}

impl<E: StdError + 'static> StdError for LoadError<E> {
    /// What is underneath, since the words of whoever failed are these.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Load(error) => (**error).source(),
            Self::Cache(error) => error.source(),
        }
    }
}

impl<E> From<Error> for LoadError<E> {
    fn from(error: Error) -> Self {
        Self::Cache(error)
    }
}
