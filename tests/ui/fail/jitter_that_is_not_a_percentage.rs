use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", jitter = "0%")]
    nothing: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", jitter = "100%")]
    all: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", jitter = "1m")]
    time: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", jitter = 0.1)]
    part: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::nothing();
}
