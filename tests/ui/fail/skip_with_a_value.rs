use rediscache::RedisNamespaced;

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(skip = true)]
    other: u32,
}

fn main() {}
