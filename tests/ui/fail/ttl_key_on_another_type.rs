use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m")]
    pages: RedisCache<u64, String>,
    #[rediscache(stale = "1h", eager = 0.8)]
    orders: RedisQueue<u64>,
    #[rediscache(max_attempts = 3, retry_after = "1s")]
    letters: RedisTaskQueue<u64>,
}

fn main() {
    let _ = Shop::pages();
    let _ = Shop::orders();
    let _ = Shop::letters();
}
