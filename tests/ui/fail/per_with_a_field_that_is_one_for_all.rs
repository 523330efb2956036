use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    #[rediscache(namespace = "pages")]
    pages: RedisCache<u64, String>,
    #[rediscache(namespace = "{}.{}")]
    names: RedisCache<u64, String>,
}

fn main() {
    let _ = (Tenant::of(7).pages(), Tenant::of(7).names());
}
