use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(skip, namespace = "topic")]
    #[rediscache(global = false)]
    topics: RedisCache<u64, String>,
}

fn main() {}
