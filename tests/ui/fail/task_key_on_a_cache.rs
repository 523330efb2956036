use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(recover_after = "5s", max_attempts = 3)]
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
