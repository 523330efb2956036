use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(unreadable)]
    alone: RedisCache<u64, String>,
    #[rediscache(unreadable = absent)]
    bare: RedisCache<u64, String>,
    #[rediscache(unreadable = "Absent")]
    upper: RedisCache<u64, String>,
    #[rediscache(unreadable = "")]
    empty: RedisCache<u64, String>,
    #[rediscache(unreadable("absent"))]
    listed: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::alone();
}
