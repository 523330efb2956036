use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Page {
    #[rediscache(namespace = "page.{id}")]
    texts: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "shop}")]
struct Shop {
    pages: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

fn main() {
    let _ = (Page::texts(), Shop::pages(), Tenant::of("acme").pages());
}
