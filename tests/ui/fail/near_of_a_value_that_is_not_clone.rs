use rediscache::{Near, RedisCache, RedisNamespaced};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Topic(String);

static TOPICS: RedisCache<u64, Topic> = RedisCache::new("topics").near(Near::tracking());

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(near(capacity = 10))]
    topics: RedisCache<u64, Topic>,
}

fn main() {
    let _ = (&TOPICS, Channel::topics());
}
