use std::time::Duration;

use rediscache::{RedisLimit, RedisLock};

static REQUESTS: RedisLimit<u64> = RedisLimit::new("requests", 0, Duration::from_secs(1));
static ORDERS: RedisLock<u64> = RedisLock::new("orders").lease(Duration::ZERO);

fn main() {
    let _ = (&REQUESTS, &ORDERS);
}
