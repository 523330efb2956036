//! What the shop keeps.

use rediscache::{
    RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue, RedisRanking, RedisSet, RedisTaskQueue,
    RedisTtlCache, RedisValue,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) cents: u64,
    pub(crate) tags: Vec<String>,
    pub(crate) stock: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) words: u32,
    pub(crate) links: Vec<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) order: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Event {
    Viewed { product: String },
    Ordered { order: u64, cents: u64 },
    Left,
}

#[derive(RedisNamespaced)]
pub(crate) struct Shop {
    #[rediscache(near)]
    pub(crate) products: RedisCache<String, Product>,
    #[rediscache(ttl = "20s", stale = "10s", jitter = "30%")]
    pub(crate) pages: RedisTtlCache<u64, Page>,
    pub(crate) carts: RedisCache<u64, Vec<(String, u32)>>,
    pub(crate) visitors: RedisSet<String>,
    pub(crate) bestsellers: RedisRanking<String, i64>,
    #[rediscache(rate = "20/10s")]
    pub(crate) logins: RedisLimit<String>,
    pub(crate) stocktaking: RedisLock<String>,
    pub(crate) banner: RedisValue<String>,
}

#[derive(RedisNamespaced)]
pub(crate) struct Outgoing {
    #[rediscache(max_attempts = 3, backoff = "1s..4s", client_identifier = "demo")]
    pub(crate) mails: RedisTaskQueue<Mail>,
    pub(crate) events: RedisQueue<Event>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) order: u64,
    pub(crate) to: String,
}

/// What each branch has for itself, by its town.
#[derive(RedisNamespaced)]
#[rediscache(namespace = "branch.{}", per = "String")]
pub(crate) struct Branch {
    pub(crate) shelves: RedisCache<String, u32>,
    #[rediscache(max_attempts = 2, backoff = "1s..4s", client_identifier = "demo")]
    pub(crate) parcels: RedisTaskQueue<Parcel>,
    pub(crate) manager: RedisValue<String>,
    #[rediscache(secret)]
    pub(crate) keys: RedisCache<String, String>,
}
