use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(accessor = "two words")]
    spaced: RedisCache<u64, String>,
    #[rediscache(accessor = "type")]
    keyword: RedisCache<u64, String>,
    #[rediscache(accessor = "r#crate")]
    raw: RedisCache<u64, String>,
    #[rediscache(accessor = "_")]
    placeholder: RedisCache<u64, String>,
    #[rediscache(accessor = "1st")]
    digit: RedisCache<u64, String>,
    #[rediscache(accessor = "\"")]
    quote: RedisCache<u64, String>,
    #[rediscache(accessor = 3)]
    number: RedisCache<u64, String>,
}

fn main() {}
