use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct OfType<T> {
    topics: RedisCache<u64, T>,
}

#[derive(RedisNamespaced)]
struct OfConst<const N: usize> {
    topics: RedisCache<u64, [u8; N]>,
}

#[derive(RedisNamespaced)]
struct OfLifetime<'a> {
    #[rediscache(skip)]
    name: &'a str,
}

fn main() {
    let _ = OfType::<u64>::topics();
    let _ = OfConst::<3>::topics();
}
