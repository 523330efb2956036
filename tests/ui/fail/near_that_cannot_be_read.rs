use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(near(capacity = 0))]
    nothing: RedisCache<u64, u64>,
    #[rediscache(near(capacity = "10"))]
    text: RedisCache<u64, u64>,
    #[rediscache(near(ttl = "60"))]
    without_unit: RedisCache<u64, u64>,
    #[rediscache(near(ttl = "0s"))]
    at_once: RedisCache<u64, u64>,
    #[rediscache(near(staleness = "soon"))]
    soon: RedisCache<u64, u64>,
    #[rediscache(near(bytes = "64"))]
    bare: RedisCache<u64, u64>,
    #[rediscache(near(bytes = "0MiB"))]
    none: RedisCache<u64, u64>,
    #[rediscache(near(bytes = "64GiB"))]
    too_many: RedisCache<u64, u64>,
    #[rediscache(near(mode = "broadcast"))]
    unknown_mode: RedisCache<u64, u64>,
    #[rediscache(near(capacity = 10, bytes = "1MiB"))]
    twice_bounded: RedisCache<u64, u64>,
    #[rediscache(near(size = 10))]
    unknown_key: RedisCache<u64, u64>,
    #[rediscache(near(ttl = "1s", ttl = "2s"))]
    repeated: RedisCache<u64, u64>,
    #[rediscache(near = "fields")]
    not_a_list: RedisCache<u64, u64>,
    #[rediscache(capacity = 10)]
    misplaced: RedisCache<u64, u64>,
    #[rediscache(near(namespace = "topics"))]
    too_deep: RedisCache<u64, u64>,
}

fn main() {
    let _ = Channel::nothing();
}
