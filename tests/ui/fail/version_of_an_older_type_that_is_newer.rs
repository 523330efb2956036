use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(from(u32 = 2))]
    without: RedisCache<u64, String>,
    #[rediscache(from(u32, std::collections::BTreeMap<u8, u16> = 3), version = 2)]
    with: RedisCache<u64, String>,
    #[rediscache(from(u32, u64, u32 = 1), version = 2)]
    twice: RedisCache<u64, String>,
    #[rediscache(version = 2, from(u32, u32 = 2))]
    told_apart: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::without();
}
