use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(namespace = "birthday")]
    birthdays: RedisCache<u64, String>,
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = "birthday")]
    anniversaries: RedisCache<u64, String>,
    #[rediscache(namespace = "Channel.topics")]
    subjects: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::anniversaries();
}
