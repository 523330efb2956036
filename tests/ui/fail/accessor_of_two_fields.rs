use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    #[rediscache(accessor = "topics")]
    subjects: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
struct Guild {
    #[rediscache(accessor = "r#type")]
    kinds: RedisCache<u64, String>,
    r#type: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
    let _ = Guild::r#type();
}
