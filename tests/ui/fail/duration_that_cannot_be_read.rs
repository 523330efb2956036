use rediscache::{RedisNamespaced, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(recover_after = "0s")]
    zero: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "5")]
    without_unit: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "s")]
    without_number: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "5 s")]
    spaced: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "-5s")]
    negative: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "0.5s")]
    fraction: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "5d")]
    days: RedisTaskQueue<u64>,
    #[rediscache(recover_after = "9999999999999999999h")]
    overflowing: RedisTaskQueue<u64>,
    #[rediscache(recover_after = 5)]
    number: RedisTaskQueue<u64>,
}

fn main() {}
