use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", eager = 0.0)]
    nothing: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", eager = 1)]
    all: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", eager = -0.5)]
    less: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", eager = "80%")]
    percent: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", eager)]
    bare: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::nothing();
}
