//! What a strict crate forbids, the expansion does not need.
#![forbid(warnings, missing_docs, unsafe_code, unused, deprecated, unreachable_pub)]
#![forbid(missing_debug_implementations, single_use_lifetimes, trivial_casts, unused_qualifications)]
#![forbid(future_incompatible, let_underscore, nonstandard_style, rust_2018_idioms, unused_results)]

use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue, RedisTtlCache};

#[derive(RedisNamespaced)]
struct UsedThroughItsAccessors {
    topics: RedisCache<u64, String>,
    #[rediscache(max_attempts = 3)]
    never_used: RedisTaskQueue<u64>,
    #[rediscache(from(u32), version = 2, unreadable = "absent", near)]
    combined: RedisCache<u64, u64>,
    #[rediscache(version = 2, unreadable = "error")]
    versioned: RedisCache<u64, u64>,
    #[rediscache(ttl = "10m", stale = "1h", jitter = "10%", eager = 0.8, from(u32))]
    pages: RedisTtlCache<u64, u64>,
    #[rediscache(idle = "30m", when_down = "error")]
    sessions: RedisTtlCache<u64, u64>,
    #[rediscache(skip)]
    other: u32,
}

#[derive(RedisNamespaced)]
struct NeverUsed {
    outbox: RedisQueue<u64>,
}

#[derive(RedisNamespaced)]
struct Empty {}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct NeverUsedFamily {
    #[rediscache(from(u32), near)]
    pages: RedisCache<u64, u64>,
    #[deprecated]
    outbox: RedisQueue<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "old.{}", per = "u64")]
struct OldFamily {
    #[deprecated]
    outbox: RedisQueue<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "empty.{}", per = "u64")]
struct EmptyFamily {}

/// A family that others may use.
#[derive(Debug, RedisNamespaced)]
#[rediscache(namespace = "public.{}", per = "Vec<(u64, String)>")]
pub struct PublicFamily {
    /// Topic of each channel.
    pub topics: RedisCache<u64, String>,
    of_the_module: RedisCache<u64, String>,
}

/// A struct that others may use.
#[derive(Debug, RedisNamespaced)]
pub struct Public {
    /// Topic of each channel.
    pub topics: RedisCache<u64, String>,
    pub(crate) of_the_crate: RedisCache<u64, String>,
    of_the_module: RedisCache<u64, String>,
    /// What there was before.
    #[deprecated(note = "use `topics`")]
    pub subjects: RedisCache<u64, String>,
    #[deprecated]
    #[rediscache(recover_after = "5s")]
    reminders: RedisTaskQueue<u64>,
}

#[derive(RedisNamespaced)]
#[repr(Rust, packed)]
struct Packed {
    small: RedisCache<u64, u64>,
    #[rediscache(skip)]
    byte: u8,
}

#[derive(RedisNamespaced)]
struct Unsized {
    topics: RedisCache<u64, u64>,
    #[rediscache(skip)]
    rest: [u8],
}

fn main() {
    assert_eq!(UsedThroughItsAccessors::topics().namespace(), "UsedThroughItsAccessors.topics");
}
