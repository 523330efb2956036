use rediscache::{Json, RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(from(u32, u64))]
    topics: RedisCache<u64, u128, Json>,
    #[rediscache(version = 2)]
    outbox: RedisQueue<u64, Json>,
    #[rediscache(version = 2, from(u32))]
    reminders: RedisTaskQueue<u64, Json>,
    #[rediscache(from(u32))]
    other: u64,
}

static BY_HAND: RedisCache<u64, u64, Json> = RedisCache::new("numbers").version(2);

fn main() {
    let _ = &BY_HAND;
    let _ = (Channel::topics(), Channel::outbox(), Channel::reminders(), Channel::other());
}
