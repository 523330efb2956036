use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(version = 0)]
    zero: RedisCache<u64, String>,
    #[rediscache(version = "2")]
    text: RedisCache<u64, String>,
    #[rediscache(version = 4294967296)]
    too_large: RedisCache<u64, String>,
    #[rediscache(version(2))]
    listed: RedisCache<u64, String>,
    #[rediscache(from(u8 = 0, u16 = "1", u32 = -1, u64 =, i64 = 1i64, i32 = 4294967296), version = 2)]
    older: RedisCache<u64, String>,
    #[rediscache(from(u8 = 3), version = 0)]
    of_a_wrong_one: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::zero();
}
