//! The runtime crate under another name.

mod renamed {
    pub(crate) use rediscache::{
        Bound, Declaration, LeadsTo, Near, ObjectInfo, OptionalLifetime, OptionalRate, RedisBound, RedisCache,
        RedisNamespaced, RedisNearObject, RedisObject, RedisReadableObject, RedisSession, RedisTaskObject,
        RedisTaskQueue, RedisTtlCache, RedisTtlObject, RedisVersionedObject, Value, inspect,
    };
}

mod child {
    #[derive(super::renamed::RedisNamespaced)]
    #[rediscache(crate = "super::renamed")]
    pub(super) struct BySuper {
        pub(super) topics: super::renamed::RedisCache<u64, String>,
    }
}

use self::renamed::{RedisCache, RedisNamespaced, RedisTaskQueue, RedisTtlCache};

#[derive(RedisNamespaced)]
#[rediscache(crate = "crate::path::renamed")]
struct ByCrate {
    topics: RedisCache<u64, String>,
    #[rediscache(from(char), version = 2, unreadable = "absent", near)]
    names: RedisCache<u64, String>,
    #[rediscache(max_attempts = 3)]
    reminders: RedisTaskQueue<String>,
    #[rediscache(ttl = "10m", stale = "1h", jitter = "10%", eager = 0.8, when_down = "error", from(char))]
    pages: RedisTtlCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(crate = "self::renamed")]
struct BySelf {
    topics: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(crate = "renamed")]
struct ByName {
    topics: RedisCache<u64, String>,
}

#[derive(RedisNamespaced)]
#[rediscache(crate = "::rediscache")]
struct ByDefault {
    topics: RedisCache<u64, String>,
}

#[test]
fn the_runtime_crate_may_be_found_elsewhere() {
    assert_eq!(ByCrate::topics().namespace(), "ByCrate.topics");
    assert_eq!(ByCrate::names().namespace(), "ByCrate.names");
    assert_eq!(ByCrate::reminders().namespace(), "ByCrate.reminders");
    assert_eq!(BySelf::topics().namespace(), "BySelf.topics");
    assert_eq!(ByName::topics().namespace(), "ByName.topics");
    assert_eq!(ByDefault::topics().namespace(), "ByDefault.topics");
    assert_eq!(child::BySuper::topics().namespace(), "BySuper.topics");
}
