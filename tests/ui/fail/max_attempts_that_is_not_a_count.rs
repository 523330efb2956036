use rediscache::{RedisNamespaced, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(max_attempts = 0)]
    zero: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = -1)]
    negative: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = "3")]
    text: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = 1.5)]
    fraction: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = 4294967296)]
    large: RedisTaskQueue<u64>,
    #[rediscache(max_attempts = 3u64)]
    suffixed: RedisTaskQueue<u64>,
}

fn main() {}
