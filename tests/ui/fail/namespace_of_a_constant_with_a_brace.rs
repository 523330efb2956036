use rediscache::RedisCache;

static PAGES: RedisCache<u64, u64> = RedisCache::new("tenant.{id}");

fn main() {
    let _ = PAGES.namespace();
}
