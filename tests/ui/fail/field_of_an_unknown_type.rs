use rediscache::RedisNamespaced;

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCach<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
