use rediscache::{RedisCache, RedisNamespaced};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "the id")]
struct Tenant {
    pages: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "guild.{}", per = "_")]
struct Guild {
    names: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "user.{}", per = u64)]
struct User {
    #[rediscache(per = "u64")]
    names: RedisCache<u64, String>,
}

fn main() {
    let _ = (Tenant::of(7).pages(), Guild::of(7).names());
}
