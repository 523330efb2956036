use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(from)]
    alone: RedisCache<u64, String>,
    #[rediscache(from = "u32")]
    text: RedisCache<u64, String>,
    #[rediscache(from())]
    empty: RedisCache<u64, String>,
    #[rediscache(from("u32", 7, u8 = 2 = 3, u16))]
    not_types: RedisCache<u64, String>,
    #[rediscache(from(_, impl Into<String>))]
    not_written_out: RedisCache<u64, String>,
    #[rediscache(from(u8,, u16))]
    two_commas: RedisCache<u64, String>,
    #[rediscache(from(Vec<u8, u16))]
    open: RedisCache<u64, String>,
    #[rediscache(from(u8, u16, u32, u64, i8, i16, i32, i64, char))]
    too_many: RedisCache<u64, String>,
    #[rediscache(from(char), from(bool))]
    repeated: RedisCache<u64, String>,
    #[rediscache(near(from(char)))]
    too_deep: RedisCache<u64, String>,
    #[rediscache(skip, from(char))]
    skipped: u64,
}

fn main() {
    let _ = Channel::alone();
}
