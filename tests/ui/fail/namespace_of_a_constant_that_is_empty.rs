use rediscache::RedisCache;

static TOPICS: RedisCache<u64, u64> = RedisCache::new("");

fn main() {
    let _ = TOPICS.namespace();
}
