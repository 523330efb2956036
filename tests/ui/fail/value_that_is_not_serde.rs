use rediscache::{RedisCache, RedisNamespaced};

struct Message;

#[derive(RedisNamespaced)]
struct Channel {
    outbox: RedisCache<u64, Message>,
}

fn main() {
    let _ = Channel::outbox();
}
