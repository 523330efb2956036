use std::time::Duration;

use rediscache::RedisCache;

static TOPICS: RedisCache<u64, u64> = RedisCache::new("topics").timeout(Duration::ZERO);

fn main() {
    let _ = &TOPICS;
}
