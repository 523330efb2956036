//! Operations dropped after every number of polls: each took effect or did not, and all goes on.

use std::collections::BTreeMap;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use rediscache::{Operation, RedisCache, RedisSession};
use support::{contract, within_polls};

type Numbers = RedisCache<u64, u64>;
type State = (BTreeMap<u64, u64>, bool);

/// All entries, and whether they expire.
async fn state(numbers: &Numbers) -> State {
    let entries = numbers.items().await.unwrap().into_iter().collect();
    (entries, numbers.expiry().await.unwrap().is_some())
}

async fn prepare(numbers: &Numbers) -> State {
    numbers.replace_all([(1, 10), (2, 20)]).await.unwrap();
    state(numbers).await
}

async fn check<T>(session: &RedisSession, operation: impl Fn(&Numbers) -> Operation<T>) {
    let numbers = Numbers::new("numbers").on(session);
    let before = prepare(&numbers).await;
    operation(&numbers).await.unwrap_or_else(|error| panic!("{error:?}"));
    let after = state(&numbers).await;
    for polls in 0.. {
        prepare(&numbers).await;
        let ended = within_polls(polls, operation(&numbers)).await.is_some();
        let left = state(&numbers).await;
        assert!(left == after || (left == before && !ended), "after {polls} polls: {left:?}");
        // Nothing comes later.
        numbers.set(9, 90).await.unwrap();
        numbers.delete(9).await.unwrap();
        assert_eq!(state(&numbers).await, left, "after {polls} polls");
        if ended {
            return;
        }
        assert!(polls < 1000, "it never ends");
    }
}

contract! {
    async fn a_dropped_write_took_effect_or_did_not(session: RedisSession) {
        check(&session, |numbers| numbers.set(1, 11)).await;
        check(&session, |numbers| numbers.set_if_absent(3, 30)).await;
        check(&session, |numbers| numbers.delete(1)).await;
        check(&session, |numbers| numbers.update([(1, 11), (3, 33), (4, 44)])).await;
        check(&session, |numbers| numbers.delete_many([1, 2])).await;
        check(&session, |numbers| numbers.replace_all((10..6_000).map(|n| (n, n)))).await;
        check(&session, Numbers::clear).await;
    }

    async fn a_dropped_exchange_took_effect_or_did_not(session: RedisSession) {
        check(&session, |numbers| numbers.pop(1)).await;
        check(&session, |numbers| numbers.pop_or(1, 0)).await;
        check(&session, |numbers| numbers.replace(1, 11)).await;
        check(&session, |numbers| numbers.replace(3, 33)).await;
        check(&session, |numbers| numbers.compare_and_set(1, 10, 11)).await;
        check(&session, |numbers| numbers.compare_and_delete(1, 10)).await;
        check(&session, |numbers| numbers.increment(1, 5)).await;
        check(&session, |numbers| numbers.decrement(2, 5)).await;
    }

    /// Given up among others, too.
    async fn a_dropped_write_does_not_come_after_later_ones(session: RedisSession) -> rediscache::Result<()> {
        let numbers = Numbers::new("numbers").on(&session);
        numbers.update([(1, 10), (2, 20)]).await?;
        let noop = &mut Context::from_waker(Waker::noop());
        let mut first = [numbers.set(1, 11).boxed(), numbers.delete(1).map(|_| Ok(())).boxed()];
        let mut given_up = [numbers.set(2, 22).boxed(), numbers.delete(2).map(|_| Ok(())).boxed()];
        for call in first.iter_mut().chain(&mut given_up) {
            let _ = call.as_mut().poll(noop);
        }
        drop(given_up);
        numbers.update([(2, 99)]).await?;
        drop(first);
        // Whatever was left to be sent was sent before these.
        numbers.set(3, 33).await?;
        numbers.delete(3).await?;
        assert_eq!(numbers.get(2).await?, Some(99));
        Ok(())
    }

    async fn a_dropped_expiry_took_effect_or_did_not(session: RedisSession) {
        check(&session, |numbers| numbers.set_expiry(Duration::from_secs(600))).await;
        check(&session, |numbers| numbers.set_expiry(Duration::ZERO)).await;
        check(&session, Numbers::persist).await;
    }

    async fn a_dropped_read_changes_nothing(session: RedisSession) {
        check(&session, |numbers| numbers.get(1)).await;
        check(&session, |numbers| numbers.get_many([1, 2, 3])).await;
        check(&session, Numbers::items).await;
        check(&session, Numbers::expiry).await;
        check(&session, Numbers::section).await;
    }
}
