//! Calls on sets and rankings dropped after every number of polls: each took effect or did not, and nothing comes later.

use std::task::{Context, Waker};

use futures_util::FutureExt;
use rediscache::{Operation, RedisRanking, RedisSession, RedisSet};
use support::{contract, within_polls};

type Numbers = RedisSet<u64>;
type Points = RedisRanking<u64, i64>;
type State = (Vec<u64>, Vec<(u64, i64)>);

async fn state(session: &RedisSession) -> State {
    let (numbers, points) = (Numbers::new("numbers").on(session), Points::new("points").on(session));
    let mut members = numbers.members().await.unwrap();
    members.sort_unstable();
    (members, points.top(u64::MAX).await.unwrap())
}

async fn prepare(session: &RedisSession) -> State {
    Numbers::new("numbers").on(session).replace_all([1, 2]).await.unwrap();
    let points = Points::new("points").on(session);
    points.clear().await.unwrap();
    points.set_many([(1, 10), (2, 20)]).await.unwrap();
    state(session).await
}

/// What is done has one outcome, but for `pop`, which leaves one of two.
async fn check<T>(session: &RedisSession, operation: impl Fn(&Numbers, &Points) -> Operation<T>) {
    let (numbers, points) = (Numbers::new("numbers").on(session), Points::new("points").on(session));
    let before = prepare(session).await;
    operation(&numbers, &points).await.unwrap_or_else(|error| panic!("{error:?}"));
    let after = state(session).await;
    let is_after = |left: &State| (left.0.len(), &left.1) == (after.0.len(), &after.1);
    for polls in 0.. {
        prepare(session).await;
        let ended = within_polls(polls, operation(&numbers, &points)).await.is_some();
        let left = state(session).await;
        assert!(is_after(&left) || (left == before && !ended), "after {polls} polls: {left:?}");
        // Whatever was left to be sent is sent before these.
        numbers.add(9).await.unwrap();
        numbers.remove(9).await.unwrap();
        points.increment(9, 9).await.unwrap();
        points.remove(9).await.unwrap();
        assert_eq!(state(session).await, left, "after {polls} polls");
        if ended {
            return;
        }
        assert!(polls < 1000, "it never ends");
    }
}

contract! {
    async fn a_dropped_change_of_members_took_effect_or_did_not(session: RedisSession) {
        check(&session, |numbers, _| numbers.add(3)).await;
        check(&session, |numbers, _| numbers.remove(1)).await;
        check(&session, |numbers, _| numbers.pop()).await;
        check(&session, |numbers, _| numbers.add_many([2, 3, 4])).await;
        check(&session, |numbers, _| numbers.remove_many([1, 2])).await;
        check(&session, |numbers, _| numbers.replace_all(10..6_000)).await;
        check(&session, |numbers, _| numbers.clear()).await;
    }

    async fn a_dropped_change_of_scores_took_effect_or_did_not(session: RedisSession) {
        check(&session, |_, points| points.set(1, 11)).await;
        check(&session, |_, points| points.increment(1, 5)).await;
        check(&session, |_, points| points.set_many([(1, 11), (3, 33)])).await;
        check(&session, |_, points| points.remove(1)).await;
        check(&session, |_, points| points.remove_below(15)).await;
    }

    async fn a_dropped_look_at_members_changes_nothing(session: RedisSession) {
        check(&session, |numbers, _| numbers.contains(1)).await;
        check(&session, |numbers, _| numbers.random()).await;
        check(&session, |numbers, _| numbers.union([numbers])).await;
        check(&session, |_, points| points.top(1)).await;
        check(&session, |_, points| points.around(1, 1)).await;
    }

    /// Given up among others, too.
    async fn a_dropped_call_on_members_does_not_come_after_later_ones(session: RedisSession) -> rediscache::Result<()> {
        let (numbers, points) = (Numbers::new("numbers").on(&session), Points::new("points").on(&session));
        prepare(&session).await;
        let noop = &mut Context::from_waker(Waker::noop());
        let mut first = [numbers.add(3).map(|_| ()).boxed(), points.increment(1, 1).map(|_| ()).boxed()];
        let mut given_up = [numbers.add(4).map(|_| ()).boxed(), points.increment(2, 1).map(|_| ()).boxed()];
        for call in first.iter_mut().chain(&mut given_up) {
            let _ = call.as_mut().poll(noop);
        }
        drop(given_up);
        numbers.remove_many([4]).await?;
        points.set(2, 99).await?;
        drop(first);
        // Whatever was left to be sent was sent before these.
        numbers.add(5).await?;
        points.increment(3, 1).await?;
        assert!(!numbers.contains(4).await?);
        assert_eq!(points.score(2).await?, Some(99));
        Ok(())
    }
}
