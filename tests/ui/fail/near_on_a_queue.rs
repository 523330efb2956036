use rediscache::{RedisNamespaced, RedisQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(near)]
    outbox: RedisQueue<u64>,
}

fn main() {
    let _ = Channel::outbox();
}
