//! A struct that is deprecated, or allows for types that are, names them in the expansion too.
#![deny(warnings)]

use rediscache::{RedisCache, RedisNamespaced};
use serde::{Deserialize, Serialize};

#[deprecated]
#[derive(Serialize, Deserialize)]
struct OldUser(u64);

#[deprecated]
#[derive(RedisNamespaced)]
struct OldUsers {
    users: RedisCache<u64, String>,
}

#[deprecated]
#[derive(RedisNamespaced)]
#[rediscache(namespace = "old.{}", per = "u64")]
struct OldFamily {
    users: RedisCache<u64, String>,
}

#[expect(deprecated, reason = "what is stored is of the older type")]
#[derive(RedisNamespaced)]
struct Users {
    users: RedisCache<u64, OldUser>,
}

#[derive(RedisNamespaced)]
struct SomeUsers {
    #[expect(deprecated, reason = "what is stored is of the older type")]
    users: RedisCache<u64, OldUser>,
}

fn main() {
    assert_eq!(SomeUsers::users().namespace(), "SomeUsers.users");
}
