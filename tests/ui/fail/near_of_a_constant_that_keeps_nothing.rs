use rediscache::{Near, RedisCache};

static TOPICS: RedisCache<u64, u64> = RedisCache::new("topics").near(Near::tracking().capacity(0));

fn main() {
    let _ = &TOPICS;
}
