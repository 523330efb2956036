use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "$channel")]
struct Channel {
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = "$shapes")]
    shapes: RedisCache<u64, String>,
    #[rediscache(namespace = "in$ide")]
    inside: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
