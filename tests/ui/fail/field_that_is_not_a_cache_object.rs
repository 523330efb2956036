use rediscache::{RedisCache, RedisNamespaced};

use std::collections::HashMap;

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    members: HashMap<u64, String>,
}

fn main() {
    let _ = Channel::topics();
    let _ = Channel::members();
}
