//! Operations on entries that live for a time, in the states that make them do all that they can.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use std::time::Duration;

use futures_util::TryStreamExt;
use rediscache::{RedisSession, RedisTtlCache};

use super::case::{Case, MINUTE, case};

/// Entries of which 1 is 10 and 2 is 20, and 3 is stale.
async fn entries(session: &RedisSession) -> RedisTtlCache<u64, u64> {
    let entries = RedisTtlCache::<u64, u64>::new("entries", MINUTE).stale(MINUTE).on(session);
    entries.set_many([(1, 10), (2, 20)]).await.unwrap();
    entries.set_for(3, 30, Duration::ZERO).await.unwrap();
    while entries.contains(3).await.unwrap() {}
    entries
}

pub(super) fn all() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: |$entries:ident| $action:expr;)*) => {
            vec![$(case(stringify!($name), |session, _| async move {
                let $entries = entries(&session).await;
                async move { $action.map(drop) }
            })),*]
        };
    }
    cases! {
        entry_get: |entries| entries.get(1).await;
        entry_get_fresh: |entries| entries.stale(Duration::ZERO).get(1).await;
        entry_get_idle: |entries| entries.stale(Duration::ZERO).idle(MINUTE).get(1).await;
        entry_get_many: |entries| entries.get_many([1, 2, 3]).await;
        entry_contains: |entries| entries.contains(1).await;
        entry_contains_fresh: |entries| entries.stale(Duration::ZERO).contains(1).await;
        entry_set: |entries| entries.set(1, 11).await;
        entry_set_for: |entries| entries.set_for(1, 11, MINUTE).await;
        entry_set_many: |entries| entries.set_many([(1, 11), (4, 44)]).await;
        entry_set_if_absent: |entries| entries.set_if_absent(3, 33).await;
        entry_replace: |entries| entries.replace(1, 11).await;
        entry_compare_and_set: |entries| entries.compare_and_set(1, 10, 11).await;
        entry_compare_and_delete: |entries| entries.compare_and_delete(1, 10).await;
        entry_pop: |entries| entries.pop(1).await;
        entry_pop_of_nothing: |entries| entries.pop(3).await;
        entry_delete: |entries| entries.delete(1).await;
        entry_delete_many: |entries| entries.delete_many([1, 2, 3]).await;
        entry_increment: |entries| entries.increment(1, 1).await;
        entry_increment_begins: |entries| entries.increment(3, 1).await;
        entry_touch: |entries| entries.touch(1).await;
        entry_expire: |entries| entries.expire(1, MINUTE).await;
        entry_expiry: |entries| entries.expiry(1).await;
        entry_scan: |entries| entries.scan().try_collect::<Vec<_>>().await;
        entry_clear: |entries| entries.clear().await;
    }
}
