use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(skip, max_attempts = 3)]
struct Channel {
    #[rediscache(crate = "rediscache")]
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
