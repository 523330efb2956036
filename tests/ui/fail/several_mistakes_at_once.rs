use rediscache::{RedisCache, RedisNamespaced, RedisTaskQueue};

#[derive(RedisNamespaced)]
#[rediscache(global = 1)]
struct Channel {
    #[rediscache(namespace = "", ttl = 3)]
    topics: RedisCache<f64, String>,
    #[rediscache(recover_after = "soon", max_attempts = 0)]
    reminders: RedisTaskQueue<u64>,
}

fn main() {
    let _ = Channel::topics();
    let _ = Channel::reminders();
}
