//! Transactions of every kind of step.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use rediscache::{
    Near, RedisCache, RedisQueue, RedisSession, RedisSet, RedisTaskQueue, RedisTtlCache, RedisValue, Transaction,
};

use super::case::{Case, MINUTE, case};

pub(super) fn all() -> Vec<Case> {
    let mut cases: Vec<_> =
        [("commit", false), ("commit_published", true)].map(|(name, near)| of_caches(name, near)).into();
    cases.push(case("commit_of_members_and_items", |session, _| async move {
        let (set, queue) = (RedisSet::<u64>::new("set").on(&session), RedisQueue::<u64>::new("queue").on(&session));
        set.add(1).await.unwrap();
        let steps = session.transaction().add(&set, 2).remove(&set, 1).put(&queue, 1);
        make(steps.put(&RedisTaskQueue::<u64>::new("jobs"), 2))
    }));
    cases.push(case("commit_of_values", |session, _| async move {
        let (last, first) = (RedisValue::<u64>::new("last").on(&session), RedisValue::<u64>::new("first").on(&session));
        last.set(1).await.unwrap();
        first.set(1).await.unwrap();
        make(session.transaction().expect(last.entry(), Some(&1)).set(last.entry(), 2).delete(first.entry()))
    }));
    cases
}

/// Caches in which 1 is "one" and 2 is "two".
fn of_caches(name: &'static str, near: bool) -> Case {
    case(name, move |session: RedisSession, _| async move {
        let cache = RedisCache::<u64, String>::new("cache").on(&session);
        let cache = if near { cache.near(Near::fields()) } else { cache };
        let entries = RedisTtlCache::<u64, String>::new("entries", MINUTE).stale(MINUTE).on(&session);
        cache.update([(1, "one"), (2, "two")]).await.unwrap();
        entries.set_many([(1, "one"), (2, "two")]).await.unwrap();
        let one = "one".to_owned();
        let steps = session.transaction().expect(cache.entry(1), Some(&one)).expect(entries.entry(1), Some(&one));
        let steps = steps.set(cache.entry(1), "uno").delete(cache.entry(2));
        make(steps.set(entries.entry(1), "uno").delete(entries.entry(2)))
    })
}

async fn make(steps: Transaction) -> rediscache::Result<()> {
    assert!(steps.commit().await?.is_done());
    Ok(())
}
