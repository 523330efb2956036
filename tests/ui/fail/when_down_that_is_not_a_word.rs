use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", when_down = "fail")]
    pages: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", when_down = false)]
    prices: RedisTtlCache<u64, u64>,
}

fn main() {
    let _ = Shop::pages();
}
