use rediscache::{RedisCache, RedisNamespaced};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct UserV1(String);

#[derive(Serialize, Deserialize)]
struct UserV2(String);

#[derive(Serialize, Deserialize)]
struct User(String);

impl From<UserV2> for User {
    fn from(older: UserV2) -> Self {
        Self(older.0)
    }
}

#[derive(RedisNamespaced)]
struct Member {
    #[rediscache(from(UserV1, UserV2))]
    by_a_gap: RedisCache<u64, User>,
    #[rediscache(version = 2, from(UserV2, UserV1))]
    to_no_end: RedisCache<u64, User>,
}

static BY_HAND: RedisCache<u64, User> = RedisCache::new("users").from_older::<(UserV1,)>();

fn main() {
    let _ = (&BY_HAND, Member::by_a_gap(), Member::to_no_end());
}
