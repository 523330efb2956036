use rediscache::{RedisCache, RedisNamespaced, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(backoff = "1s")]
    one: RedisTaskQueue<u64>,
    #[rediscache(backoff = "0s..5m")]
    zero: RedisTaskQueue<u64>,
    #[rediscache(backoff = "1s...5m")]
    three_dots: RedisTaskQueue<u64>,
    #[rediscache(backoff = "5m..1s")]
    shrinking: RedisTaskQueue<u64>,
    #[rediscache(backoff = "1..5")]
    without_unit: RedisTaskQueue<u64>,
    #[rediscache(backoff = 5)]
    number: RedisTaskQueue<u64>,
    #[rediscache(unreadable_for = "0h")]
    never: RedisTaskQueue<u64>,
    #[rediscache(recover_unleased = "soon")]
    soon: RedisTaskQueue<u64>,
}

#[derive(RedisNamespaced)]
struct Other {
    #[rediscache(backoff = "1s..5m")]
    cache: RedisCache<u64, u64>,
}

fn main() {}
