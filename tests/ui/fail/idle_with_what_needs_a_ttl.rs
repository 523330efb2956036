use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(idle = "30m", near)]
    near: RedisTtlCache<u64, String>,
    #[rediscache(idle = "30m", stale = "1h", jitter = "10%", eager = 0.8)]
    others: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::near();
}
