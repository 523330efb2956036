use rediscache::RedisCache;

static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");

async fn topic() -> rediscache::Result<Option<String>> {
    TOPICS.get("forty-two").await
}

fn main() {
    let _ = topic();
}
