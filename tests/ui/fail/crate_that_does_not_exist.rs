use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(crate = "crate::cache")]
struct Channel {
    topics: RedisCache<u64, String>,
    birthdays: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
