use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

fn main() {
    let _ = Tenant::of("acme").pages();
    let _ = Tenant::pages();
}
