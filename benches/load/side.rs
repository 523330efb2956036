//! Ways to have a value that is loaded where it is not there.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cached::{AsyncRedisCache, ConcurrentCachedAsync};
use moka::future::Cache;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, SetExpiry, SetOptions};
use rediscache::{RedisSession, RedisTtlCache};

use crate::TTL;

/// How long the slow source takes.
const LOAD: Duration = Duration::from_millis(5);

/// Counts what was loaded.
#[derive(Clone, Debug)]
pub(crate) struct Loads(pub(crate) Arc<AtomicU64>);

impl Loads {
    async fn load(self, key: u64) -> String {
        self.0.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(LOAD).await;
        text(key)
    }
}

pub(crate) fn text(key: u64) -> String {
    format!("what the slow source says of {key}")
}

/// One way; each caller has a clone.
pub(crate) trait Side: Clone + Send + 'static {
    fn connect(url: &str, name: &str) -> impl Future<Output = Self> + Send;
    fn get_or_load(&mut self, key: u64, loads: Loads) -> impl Future<Output = String> + Send;
}

/// This library.
#[derive(Clone)]
pub(crate) struct Ours(RedisTtlCache<u64, String>);

impl Side for Ours {
    async fn connect(url: &str, name: &str) -> Self {
        let session = RedisSession::connect(url).await.unwrap();
        Self(RedisTtlCache::with_namespace(format!("ours.{name}"), TTL).on(&session))
    }

    async fn get_or_load(&mut self, key: u64, loads: Loads) -> String {
        self.0.get_or_load(key, move || async move { Ok::<_, Infallible>(loads.load(key).await) }).await.unwrap()
    }
}

/// As most do it: two who miss at once load both.
#[derive(Clone)]
pub(crate) struct ByHand {
    connection: MultiplexedConnection,
    name: String,
}

impl Side for ByHand {
    async fn connect(url: &str, name: &str) -> Self {
        let connection = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
        Self { connection, name: format!("hand.{name}") }
    }

    async fn get_or_load(&mut self, key: u64, loads: Loads) -> String {
        let name = format!("{}:{key}", self.name);
        let stored: Option<String> = self.connection.get(&name).await.unwrap();
        if let Some(stored) = stored {
            return stored;
        }
        let loaded = loads.load(key).await;
        let kept = SetOptions::default().with_expiration(SetExpiry::EX(TTL.as_secs()));
        let () = self.connection.set_options(&name, &loaded, kept).await.unwrap();
        loaded
    }
}

/// The same behind a cache in this process, which has one load for all who ask.
#[derive(Clone)]
pub(crate) struct Moka {
    here: Cache<u64, String>,
    there: ByHand,
}

impl Side for Moka {
    async fn connect(url: &str, name: &str) -> Self {
        let here = Cache::builder().max_capacity(100_000).time_to_live(TTL).build();
        Self { here, there: ByHand::connect(url, &format!("moka.{name}")).await }
    }

    async fn get_or_load(&mut self, key: u64, loads: Loads) -> String {
        let mut there = self.there.clone();
        self.here.get_with(key, async move { there.get_or_load(key, loads).await }).await
    }
}

/// The crate `cached` by its trait: its macro makes the same calls, and shares loads of stores in this process only.
#[derive(Clone)]
pub(crate) struct Cached(Arc<AsyncRedisCache<u64, String>>);

impl Side for Cached {
    async fn connect(url: &str, name: &str) -> Self {
        let store = AsyncRedisCache::builder(name).ttl(TTL).connection_string(url).build().await.unwrap();
        Self(Arc::new(store))
    }

    async fn get_or_load(&mut self, key: u64, loads: Loads) -> String {
        if let Some(stored) = self.0.async_cache_get(&key).await.unwrap() {
            return stored;
        }
        let loaded = loads.load(key).await;
        self.0.async_cache_set(key, loaded.clone()).await.unwrap();
        loaded
    }
}
