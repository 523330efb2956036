use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(prefix = "chan", Global = false)]
struct Channel {
    #[rediscache(namespce = "topic")]
    topics: RedisCache<u64, String>,
    #[rediscache(lifetime = "5s")]
    birthdays: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
