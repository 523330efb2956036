use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Tenant {
    #[rediscache(namespace = "tenant.{id}")]
    pages: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "shop}")]
struct Shop {
    pages: RedisCache<u64, String>,
}

fn main() {
    let _ = (Tenant::pages(), Shop::pages());
}
