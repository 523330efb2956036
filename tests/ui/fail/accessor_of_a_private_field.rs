use rediscache::{RedisCache, RedisNamespaced};

mod channel {
    use super::{RedisCache, RedisNamespaced};

    #[derive(RedisNamespaced)]
    pub struct Channel {
        topics: RedisCache<u64, String>,
    }
}

fn main() {
    let _ = channel::Channel::topics();
}
