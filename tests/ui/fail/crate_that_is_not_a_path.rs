use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(crate = "not a path")]
struct Spaced {
    topics: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(crate = rediscache)]
struct Bare {
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Spaced::topics();
    let _ = Bare::topics();
}
