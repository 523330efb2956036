use rediscache::{RedisCache, RedisNamespaced, RedisTaskQueue};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "", crate = "")]
struct Channel {
    #[rediscache(namespace = "", accessor = "")]
    topics: RedisCache<u64, String>,
    #[rediscache(client_identifier = "", recover_after = "")]
    reminders: RedisTaskQueue<u64>,
}

fn main() {}
