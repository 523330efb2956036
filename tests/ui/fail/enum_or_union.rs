use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
enum Channel {
    Topics(RedisCache<u64, String>),
}

#[derive(RedisNamespaced)]
union Guild {
    id: u64,
}

fn main() {}
