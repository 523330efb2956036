use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(skip)]
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
