use rediscache::{RedisCache, RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    pages: RedisCache<u64, String>,
    count: u64,
    #[rediscache(max_attempts = 3)]
    names: RedisCache<u64, String>,
    ends: RedisTtlCache<u64, String>,
}

fn main() {}
