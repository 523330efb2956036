//! Older types may be written in every form that a type has, in every order of the keys.

use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Older<T>(T);

#[derive(Clone, Serialize, Deserialize)]
struct Today(String);

macro_rules! turns_into_today {
    ($($older:ty),*) => {$(
        impl From<$older> for Today {
            fn from(_: $older) -> Self {
                Self(String::new())
            }
        }
    )*};
}

turns_into_today!(u32, (u32, String), [u8; 4], Older<u8>, std::collections::BTreeMap<u64, String>);

impl From<Older<u8>> for std::collections::BTreeMap<u64, String> {
    fn from(_: Older<u8>) -> Self {
        Self::new()
    }
}

#[derive(RedisNamespaced)]
struct Guild {
    #[rediscache(from(u32))]
    number: RedisCache<u64, Today>,
    #[rediscache(from((u32, String),))]
    tuple: RedisCache<u64, Today>,
    #[rediscache(from([u8; 4]))]
    array: RedisCache<u64, Today>,
    #[rediscache(from(Older<u8>, std::collections::BTreeMap<u64, String>))]
    generic: RedisQueue<Today>,
    #[rediscache(from(<u32 as ToOwned>::Owned = 1), version = 2)]
    qualified: RedisTaskQueue<Today>,
    #[rediscache(version = 4_294_967_295, from(Today = 1, Today = 2, Today = 0xffu32, Today = 4_000_000_000))]
    one_type: RedisCache<u64, Today>,
    #[rediscache(from(Older<u8>=2), version = 2)]
    of_today: RedisCache<u64, Today>,
    #[rediscache(
        from(Today, Today = 2, Today = 3, Today = 4, Today = 5, Today = 6, Today = 7, Today = 8),
        version = 8
    )]
    eight: RedisCache<u64, Today>,
    #[rediscache(near(capacity = 10), unreadable = "absent", version = 2)]
    #[rediscache(from(u32), namespace = "everything", global = false, accessor = "everything")]
    all_keys: RedisCache<u64, Today>,
    #[rediscache(version = 2, max_attempts = 3, from(u32))]
    tasks: RedisTaskQueue<Today>,
    #[rediscache(unreadable = "error")]
    error: RedisCache<u64, Today>,
}

macro_rules! namespaced {
    ($name:ident: $value:ty, $older:ty, $version:literal, $today:expr) => {
        #[derive(RedisNamespaced)]
        struct $name {
            #[rediscache(from($older = $version), version = $today)]
            values: RedisCache<u64, $value>,
        }
    };
}

namespaced!(Parts: Today, Older<u8>, 1, 2);

fn main() {
    assert_eq!(Guild::everything().namespace(), "everything");
    assert_eq!(Parts::values().namespace(), "Parts.values");
}
