use rediscache::{RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(burst = 20)]
    topics: RedisCache<u64, u64>,
    #[rediscache(lease = "5s")]
    mails: RedisQueue<u64>,
    #[rediscache(rate = "100/1m", max_hold = "5s")]
    requests: RedisLimit<u64>,
    #[rediscache(ttl = "5s")]
    orders: RedisLock<u64>,
}

fn main() {
    let _ = Shop::topics();
}
