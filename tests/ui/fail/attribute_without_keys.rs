use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache("topic")]
    topics: RedisCache<u64, String>,
    #[rediscache(skip,,)]
    other: u32,
    #[rediscache(, global = false)]
    birthdays: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
