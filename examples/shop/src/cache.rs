//! What the shop keeps in Redis.

use std::net::IpAddr;

use rediscache::{RedisNamespaced, RedisTtlCache};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(RedisNamespaced)]
pub(crate) struct Shop {
    /// What the database says. For ten minutes it is not asked again, and for an hour more only while a customer has a page already.
    #[rediscache(ttl = "10m", stale = "1h", jitter = "10%", timeout = "100ms")]
    pub(crate) pages: RedisTtlCache<u32, Option<Page>>,
    /// Who is logged in. Every request begins the half hour anew.
    #[rediscache(idle = "30m", timeout = "100ms")]
    pub(crate) sessions: RedisTtlCache<Uuid, Login>,
    /// How often each address has asked in this minute.
    #[rediscache(ttl = "1m", timeout = "100ms")]
    pub(crate) requests: RedisTtlCache<IpAddr, u32>,
}

/// What there is to buy.
#[derive(Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) cents: u32,
}

/// A customer who said who they are.
#[derive(Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) name: String,
}
