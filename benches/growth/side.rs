use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bench_support::Caller;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, Client};
use rediscache::{RedisCache, RedisSession};

/// What is called, on which keys, with which value.
#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) operation: Operation,
    pub(crate) entries: u64,
    pub(crate) value: Arc<str>,
}

#[derive(Clone, Copy)]
pub(crate) enum Operation {
    Get,
    Set,
    Increment,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Increment => "increment",
        }
    }
}

impl Work {
    fn key(&self, number: u64) -> u64 {
        // A prime, so that calls go all over the namespace.
        number.wrapping_mul(7_919) % self.entries
    }
}

/// This library.
#[derive(Clone)]
pub(crate) struct Ours {
    pub(crate) names: RedisCache<u64, String>,
    pub(crate) counts: RedisCache<u64, i64>,
}

impl Ours {
    pub(crate) async fn connect(url: &str) -> Self {
        let session = RedisSession::connect(url).await.unwrap();
        Self { names: RedisCache::new("names").on(&session), counts: RedisCache::new("counts").on(&session) }
    }
}

/// The `redis` crate by hand, with the bytes that the library stores.
#[derive(Clone)]
pub(crate) struct Hand(MultiplexedConnection);

impl Hand {
    pub(crate) async fn connect(url: &str) -> Self {
        let options = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(5)));
        let client = Client::open(url).unwrap();
        Self(client.get_multiplexed_async_connection_with_config(&options).await.unwrap())
    }

    pub(crate) async fn items(&mut self) -> Vec<(u64, String)> {
        let stored: Vec<(String, String)> = self.0.hgetall("names").await.unwrap();
        stored.into_iter().map(|(key, value)| (key[2..].parse().unwrap(), text(value))).collect()
    }

    pub(crate) async fn zeros(&mut self, keys: Range<u64>) {
        let pairs: Vec<(String, u64)> = keys.map(|key| (field(key), 0)).collect();
        let () = self.0.hset_multiple("hand.counts", &pairs).await.unwrap();
    }
}

#[derive(Clone)]
pub(crate) struct Calling<S>(pub(crate) S, pub(crate) Work);

impl Caller for Calling<Ours> {
    async fn call(&mut self, number: u64) {
        let Self(Ours { names, counts }, work) = self;
        let key = work.key(number);
        match work.operation {
            Operation::Get => assert!(names.get(key).await.unwrap().is_some()),
            Operation::Set => names.set(key, &*work.value).await.unwrap(),
            Operation::Increment => assert!(counts.increment(key, 1).await.is_ok()),
        }
    }
}

impl Caller for Calling<Hand> {
    async fn call(&mut self, number: u64) {
        let Self(Hand(connection), work) = self;
        let field = field(work.key(number));
        match work.operation {
            Operation::Get => {
                let stored: Option<String> = connection.hget("names", field).await.unwrap();
                assert!(stored.map(text).is_some());
            }
            Operation::Set => {
                let () = connection.hset("names", field, format!("s|{}", work.value)).await.unwrap();
            }
            Operation::Increment => {
                let _: i64 = connection.hincr("hand.counts", field, 1).await.unwrap();
            }
        }
    }
}

fn field(key: u64) -> String {
    format!("i|{key}")
}

fn text(mut stored: String) -> String {
    stored.drain(..2);
    stored
}
