use rediscache::{RedisNamespaced, RedisQueue, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(unreadable = "absent")]
    outbox: RedisQueue<u64>,
    #[rediscache(unreadable = "error")]
    reminders: RedisTaskQueue<u64>,
}

fn main() {
    let _ = (Channel::outbox(), Channel::reminders());
}
