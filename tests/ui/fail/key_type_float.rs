use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    prices: RedisCache<f64, String>,
    weights: rediscache::RedisCache<f32, u64>,
}

fn main() {
    let _ = Channel::prices();
    let _ = Channel::weights();
}
