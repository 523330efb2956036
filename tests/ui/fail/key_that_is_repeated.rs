use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "a", namespace = "b")]
struct Channel {
    #[rediscache(global = false)]
    #[rediscache(namespace = "topic", global = false)]
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
