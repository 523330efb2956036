//! A struct may be put together by `macro_rules!`, whose fragments come in invisible groups.

use rediscache::{RedisCache, RedisNamespaced, RedisTaskQueue};

macro_rules! namespaced {
    ($name:ident, $field:ident: $ty:ty, $namespace:literal, $global:expr, $($meta:meta),*) => {
        #[derive(RedisNamespaced)]
        struct $name {
            #[rediscache(namespace = $namespace, global = $global)]
            #[rediscache($($meta),*)]
            $field: $ty,
        }
    };
}

namespaced!(Channel, topics: RedisCache<u64, String>, "topic", false, accessor = "by_id");
namespaced!(Guild, reminders: RedisTaskQueue<(u64, String)>, "reminder", true, recover_after = "5s", max_attempts = 3);

fn main() {
    assert_eq!(Channel::by_id().namespace(), "topic");
    assert_eq!(Guild::reminders().namespace(), "reminder");
}
