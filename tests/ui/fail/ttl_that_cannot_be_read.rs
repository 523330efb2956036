use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = 600)]
    number: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "0s")]
    zero: RedisTtlCache<u64, String>,
    #[rediscache(ttl)]
    bare: RedisTtlCache<u64, String>,
    #[rediscache(idle = "1 day")]
    day: RedisTtlCache<u64, String>,
    #[rediscache(idle = "")]
    empty: RedisTtlCache<u64, String>,
    #[rediscache(ttl = "10m", stale = "long", lease = "10", load_timeout = "-1s", retry_after = "0.5s")]
    others: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::number();
}
