//! Operations on sets and rankings.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use rediscache::{RedisRanking, RedisSession, RedisSet};

use super::case::{Case, MINUTE, case};

pub(super) fn all() -> Vec<Case> {
    [of_sets(), of_rankings()].into_iter().flatten().collect()
}

fn of_sets() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: |$set:ident| $action:expr;)*) => {
            vec![$(case(stringify!($name), |session: RedisSession, _| async move {
                let $set = RedisSet::<u64>::new("set").on(&session);
                $set.add_many([1, 2]).await.unwrap();
                async move { $action.map(drop) }
            })),*]
        };
    }
    cases! {
        set_add: |set| set.add(3).await;
        set_remove: |set| set.remove(1).await;
        set_contains: |set| set.contains(1).await;
        set_add_many: |set| set.add_many([3, 4]).await;
        set_remove_many: |set| set.remove_many([1, 2]).await;
        set_contains_many: |set| set.contains_many([1, 2]).await;
        set_replace_all: |set| set.replace_all([7]).await;
        set_replace_all_by_many: |set| set.replace_all(0..5000).await;
        set_replace_all_by_none: |set| set.replace_all([0; 0]).await;
        set_members: |set| set.members().await;
        set_random: |set| set.random().await;
        set_pop: |set| set.pop().await;
        set_len: |set| set.len().await;
        set_scan: |set| set.scan().try_collect::<Vec<_>>().await;
        set_union: |set| set.union([&set]).await;
        set_intersection: |set| set.intersection([&set]).await;
        set_difference: |set| set.difference([&set]).await;
        set_clear: |set| set.clear().await;
        set_of_its_expiry: |set| set.set_expiry(MINUTE).await;
    }
}

fn of_rankings() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: |$ranking:ident| $action:expr;)*) => {
            vec![$(case(stringify!($name), |session: RedisSession, _| async move {
                let $ranking = RedisRanking::<u64, i64>::new("ranking").on(&session);
                $ranking.set_many([(1, 10), (2, 20)]).await.unwrap();
                async move { $action.map(drop) }
            })),*]
        };
    }
    let mut cases = cases! {
        ranking_set: |ranking| ranking.set(3, 30).await;
        ranking_set_many: |ranking| ranking.set_many([(1, 11), (3, 30)]).await;
        ranking_increment: |ranking| ranking.increment(1, 1).await;
        ranking_score: |ranking| ranking.score(1).await;
        ranking_rank: |ranking| ranking.rank(1).await;
        ranking_top: |ranking| ranking.top(1).await;
        ranking_around: |ranking| ranking.around(1, 1).await;
        ranking_by_score: |ranking| ranking.by_score(1..).await;
        ranking_remove: |ranking| ranking.remove(1).await;
        ranking_remove_below: |ranking| ranking.remove_below(15).await;
        ranking_len: |ranking| ranking.len().await;
        ranking_scan: |ranking| ranking.scan().try_collect::<Vec<_>>().await;
        ranking_clear: |ranking| ranking.clear().await;
    };
    cases.push(case("ranking_increment_of_floats", |session, _| async move {
        let floats = RedisRanking::<u64>::new("floats").on(&session);
        floats.set(1, 0.5).await.unwrap();
        async move { floats.increment(1, 0.5).await.map(drop) }
    }));
    cases.push(case("ranking_increments_together", |session, _| async move {
        let ranking = RedisRanking::<u64, i64>::new("ranking").on(&session);
        ranking.set(1, 10).await.unwrap();
        async move { join_all((2..4).map(|n| ranking.increment(1, n))).await.into_iter().try_for_each(|sum| sum.map(drop)) }
    }));
    cases
}
