use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Tuple(RedisCache<u64, String>);

#[derive(RedisNamespaced)]
struct Unit;

fn main() {}
