use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{RedisCache, RedisSession};
use tokio::task::JoinSet;

use crate::worker::TIMEOUT;

/// When a call that still fails is a violation.
const LIMIT: Duration = Duration::from_secs(10);

/// Sessions like those of the processes, to see how soon they work again.
pub(crate) struct Probes {
    caches: Vec<RedisCache<u64, u64>>,
    /// Callers like any other. They end when this is dropped.
    _callers: JoinSet<()>,
}

impl Probes {
    pub(crate) async fn connect(urls: &[String], namespace: &str) -> rediscache::Result<Self> {
        let (mut caches, mut callers) = (Vec::new(), JoinSet::new());
        for url in urls {
            let session = RedisSession::builder(url)
                .global_namespace(namespace)
                .client_name("soak-probe")
                .response_timeout(TIMEOUT)
                .connect_timeout(TIMEOUT);
            let cache = RedisCache::new("probe").on(&session.connect().await?);
            caches.push(cache.clone());
            callers.spawn(async move {
                loop {
                    let _ = cache.get(0).await;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
        }
        Ok(Self { caches, _callers: callers })
    }

    /// How long it takes, from now, until a call succeeds in each session; `None` where none does.
    pub(crate) async fn recover(&self) -> Vec<Option<Duration>> {
        join_all(self.caches.iter().map(recover)).await
    }
}

async fn recover(cache: &RedisCache<u64, u64>) -> Option<Duration> {
    let started = Instant::now();
    while started.elapsed() < LIMIT {
        if cache.get(0).await.is_ok() {
            return Some(started.elapsed());
        }
    }
    None
}
