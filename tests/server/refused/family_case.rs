//! What clears the objects of one of a family.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use std::mem;

use rediscache::{RedisLimit, RedisLock, RedisNamespaced, RedisSession, RedisTaskQueue};

use super::case::{Case, case};

#[derive(RedisNamespaced)]
#[rediscache(namespace = "locked.{}", per = "u64")]
struct Locked {
    orders: RedisLock<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "limited.{}", per = "u64")]
struct Limited {
    #[rediscache(rate = "100/1m")]
    requests: RedisLimit<u64>,
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "busy.{}", per = "u64")]
struct Busy {
    jobs: RedisTaskQueue<u64>,
}

pub(super) fn all() -> Vec<Case> {
    vec![
        case("family_clear_all_of_locks", |session: RedisSession, _| async move {
            let one = Locked::on(&session).of(7);
            let held = one.orders().acquire(1).await.unwrap();
            one.orders().acquire(2).await.unwrap().release().await.unwrap();
            async move {
                let cleared = one.clear_all().await;
                mem::forget(held);
                cleared
            }
        }),
        case("family_clear_all_of_limits", |session: RedisSession, _| async move {
            let one = Limited::on(&session).of(7);
            let _ = one.requests().check(1).await.unwrap();
            async move { one.clear_all().await }
        }),
        case("family_clear_all_of_tasks", |session: RedisSession, _| async move {
            let one = Busy::on(&session).of(7);
            one.jobs().put_many([1, 2]).await.unwrap();
            async move { one.clear_all().await }
        }),
    ]
}
