use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "f64")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

fn main() {}
