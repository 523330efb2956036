use rediscache::RedisCache;

static PRICES: RedisCache<f64, String> = RedisCache::new("prices");

fn main() {
    let _ = RedisCache::<f64, String>::new("prices");
}
