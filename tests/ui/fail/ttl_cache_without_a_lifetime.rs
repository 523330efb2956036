use rediscache::{RedisNamespaced, RedisTtlCache as Kept};

type Profiles = Kept<u64, String>;

#[derive(RedisNamespaced)]
struct Shop {
    pages: Kept<u64, String>,
    #[rediscache(stale = "1h", jitter = "10%")]
    prices: Kept<u64, u64>,
    profiles: Profiles,
    #[rediscache(ttl = "10m")]
    carts: Kept<u64, String>,
}

fn main() {
    let _ = Shop::pages();
    let _ = Shop::prices();
    let _ = Shop::profiles();
    let _ = Shop::carts();
}
