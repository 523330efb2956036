use std::time::Duration;

use rediscache::{RedisNamespaced, RedisValue};

#[derive(RedisNamespaced)]
#[rediscache(record)]
struct Defcon {
    threshold: RedisValue<f64>,
}

fn main() {
    let _ = Defcon::threshold().set_for(1.5, Duration::from_secs(60));
    let _ = Defcon::threshold().set_expiry(Duration::from_secs(60));
    let _ = Defcon::threshold().expiry();
}
