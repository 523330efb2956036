#![deny(deprecated)]

use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
struct Channel {
    #[deprecated(note = "use `subjects`")]
    topics: RedisCache<u64, String>,
}

fn main() {
    let _ = Channel::topics();
}
