use rediscache::{RedisCache, RedisNamespaced, RedisQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(timeout = "0ms")]
    zero: RedisCache<u64, String>,
    #[rediscache(timeout = "50")]
    without_unit: RedisQueue<u64>,
    #[rediscache(timeout = 50)]
    number: RedisCache<u64, String>,
    #[rediscache(timeout)]
    nothing: RedisCache<u64, String>,
    #[rediscache(timeout = "")]
    empty: RedisCache<u64, String>,
    #[rediscache(timeout = "1s", timeout = "2s")]
    twice: RedisCache<u64, String>,
    #[rediscache(skip, timeout = "1s")]
    skipped: u64,
}

#[derive(RedisNamespaced)]
#[rediscache(timeout = "50ms")]
struct Misplaced {
    topics: RedisCache<u64, String>,
}

fn main() {}
