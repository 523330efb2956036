use rediscache::RedisCache;

static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");

async fn increment() -> rediscache::Result<String> {
    TOPICS.increment(42, 1).await
}

fn main() {
    let _ = increment();
}
