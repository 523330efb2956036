use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(global = "false")]
struct Channel {
    #[rediscache(global)]
    topics: RedisCache<u64, String>,
    #[rediscache(global(false))]
    birthdays: RedisCache<u64, String>,
    #[rediscache(global = 0)]
    members: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
