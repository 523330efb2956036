use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache]
struct Channel {
    #[rediscache = "topic"]
    topics: RedisCache<u64, String>,
    #[rediscache]
    birthdays: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
