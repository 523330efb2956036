use rediscache::{RedisLimit, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Api {
    #[rediscache(rate = "100")]
    of_what: RedisLimit<u64>,
    #[rediscache(rate = "0/1m")]
    none: RedisLimit<u64>,
    #[rediscache(rate = "100/minute")]
    minute: RedisLimit<u64>,
    #[rediscache(rate = 100)]
    number: RedisLimit<u64>,
    #[rediscache(rate = "100/1m", burst = 0)]
    burst: RedisLimit<u64>,
}

fn main() {
    let _ = Api::of_what();
}
