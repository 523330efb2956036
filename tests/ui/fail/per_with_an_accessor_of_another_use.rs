use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "lamp.{}", per = "u64")]
struct Lamp {
    on: RedisCache<u64, bool>,
    #[rediscache(accessor = "clear_all")]
    off: RedisCache<u64, bool>,
}

fn main() {}
