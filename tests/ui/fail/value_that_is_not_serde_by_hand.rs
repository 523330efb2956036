use rediscache::RedisCache;

struct Message;

static OUTBOX: RedisCache<u64, Message> = RedisCache::new("outbox");

fn main() {}
