use rediscache::{RedisCache, RedisNamespaced};

const NAME: &str = "topic";

#[derive(RedisNamespaced)]
#[rediscache(namespace = 3)]
struct Channel {
    #[rediscache(namespace)]
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = NAME)]
    birthdays: RedisCache<u64, String>,
    #[rediscache(namespace("member"))]
    members: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
