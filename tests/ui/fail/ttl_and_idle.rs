use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", idle = "30m")]
    sessions: RedisTtlCache<u64, String>,
    #[rediscache(idle = "30m")]
    #[rediscache(ttl = "10m")]
    logins: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::sessions();
}
