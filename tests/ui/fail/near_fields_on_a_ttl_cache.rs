use rediscache::{RedisNamespaced, RedisTtlCache};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(ttl = "10m", near(mode = "fields"))]
    pages: RedisTtlCache<u64, String>,
}

fn main() {
    let _ = Shop::pages();
}
