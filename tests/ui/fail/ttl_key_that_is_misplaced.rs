use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
#[rediscache(ttl = "10m")]
struct Shop {
    #[rediscache(near(idle = "30m", stale = "1h"))]
    pages: RedisTtlCache<u64, String>,
    #[rediscache(tll = "10m")]
    prices: RedisTtlCache<u64, u64>,
}

fn main() {
    let _ = Shop::pages();
}
