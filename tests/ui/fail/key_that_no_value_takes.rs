use rediscache::{RedisNamespaced, RedisValue};

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Defcon {
    #[rediscache(ttl = "10m")]
    threshold: RedisValue<f64>,
    #[rediscache(near)]
    invoker: RedisValue<String>,
}

#[derive(RedisNamespaced)]
struct Alone {
    #[rediscache(ttl = "10m")]
    visits: RedisValue<u64>,
    #[rediscache(max_attempts = 3)]
    visitors: RedisValue<u64>,
}

fn main() {
    let _ = (Defcon::threshold(), Defcon::invoker(), Alone::visits(), Alone::visitors());
}
