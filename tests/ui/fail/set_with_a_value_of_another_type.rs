use rediscache::RedisCache;

static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");

async fn set() -> rediscache::Result<()> {
    TOPICS.set(42, 3).await
}

fn main() {
    let _ = set();
}
