use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(secret)]
struct Login {
    #[rediscache(secret, secret)]
    tokens: RedisCache<u64, String>,
    #[rediscache(secret = true)]
    names: RedisCache<u64, String>,
    #[rediscache(skip, secret)]
    other: u32,
}

fn main() {
    let _ = Login::tokens();
}
