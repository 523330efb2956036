use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(per = "u64")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "guild", per = "u64")]
struct Guild {
    names: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "user.{id}", per = "u64")]
struct User {
    names: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "{}.{}", per = "u64")]
struct Room {
    #[rediscache(namespace = "rooms")]
    names: RedisCache<u64, String>,
}

fn main() {
    let _ = (Tenant::of(7).pages(), Guild::of(7).names(), User::of(7).names(), Room::of(7).names());
}
