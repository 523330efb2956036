//! Many calls on one namespace at once: each is answered for itself, as if it were alone.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::future::{join_all, maybe_done};
use futures_util::{FutureExt, StreamExt};
use rediscache::{ErrorKind, Operation, RedisCache, RedisSession};
use support::{contract, poke};
use tokio::time::timeout;

use crate::{kind, names};

/// More than leave together.
const MANY: u64 = 2_000;
/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(20);

type Numbers = RedisCache<u64, i64>;

fn numbers(session: &RedisSession) -> Numbers {
    RedisCache::new("numbers").on(session)
}

/// Makes all calls, drops those that do not stay, and awaits the others; their answers by their places.
async fn who_stays<T>(
    calls: impl Iterator<Item = Operation<T>>,
    stays: impl Fn(usize) -> bool,
) -> Vec<(usize, rediscache::Result<T>)> {
    let mut calls: Vec<_> = calls.map(maybe_done).enumerate().collect();
    for (_, call) in &mut calls {
        let _ = call.poll_unpin(&mut Context::from_waker(Waker::noop()));
    }
    calls.retain(|(at, _)| stays(*at));
    timeout(PATIENCE, join_all(calls.iter_mut().map(|(_, call)| call))).await.expect("they are held up");
    calls.into_iter().map(|(at, mut call)| (at, Pin::new(&mut call).take_output().unwrap())).collect()
}

contract! {
    async fn every_reader_gets_its_own_value(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        for result in join_all((0..MANY).map(|n| names.set(n, n.to_string()))).await {
            result?;
        }
        assert_eq!(names.len().await?, MANY);
        // Each four times, in another order, and between keys that are not there.
        let keys = |n: u64| (n * 7919) % (MANY + 100);
        let values = join_all((0..4 * MANY).map(|n| names.get(keys(n)))).await;
        for (n, value) in (0..).zip(values) {
            assert_eq!(value?, Some(keys(n)).filter(|key| *key < MANY).map(|key| key.to_string()));
        }
        let there = join_all((0..2 * MANY).map(|n| names.contains(n))).await;
        for (n, there) in (0..).zip(there) {
            assert_eq!(there?, n < MANY, "{n}");
        }
        Ok(())
    }

    async fn of_many_that_delete_one_finds_it(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update((0..MANY).map(|n| (n, "x"))).await?;
        let found = join_all((0..3 * MANY).map(|n| names.delete(n % MANY))).await;
        let mut count = 0;
        for found in found {
            count += u64::from(found?);
        }
        assert_eq!(count, MANY);
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn of_calls_in_a_row_the_last_wins(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let calls: Vec<_> = (0..MANY).map(|n| tokio::spawn(names.set(n % 3, n.to_string()))).collect();
        for call in calls {
            call.await.unwrap()?;
        }
        let last = [MANY - MANY % 3, MANY - MANY % 3 + 1, MANY - MANY % 3 - 1];
        assert_eq!(names.get_many([0, 1, 2]).await?, last.map(|n| Some(n.to_string())));
        Ok(())
    }

    async fn a_refused_increment_refuses_no_other(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        numbers.update([(0, 0), (1, i64::MAX)]).await?;
        poke(&session, "numbers", "i|2", "s|text").await;
        poke(&session, "numbers", "i|3", "f|1.5").await;
        let answers = join_all((0..MANY).map(|n| numbers.increment(n % 4, 1))).await;
        let mut sums = Vec::new();
        for (n, answer) in (0..).zip(answers) {
            match n % 4 {
                0 => sums.push(answer?),
                1 => assert_eq!(kind(answer), ErrorKind::Overflow),
                2 => assert_eq!(kind(answer), ErrorKind::NotANumber),
                _ => assert_eq!(kind(answer), ErrorKind::Decode),
            }
        }
        sums.sort_unstable();
        assert!(sums.into_iter().eq(1..=i64::try_from(MANY / 4).unwrap()));
        Ok(())
    }

    async fn increments_of_different_types_keep_to_their_own(session: RedisSession) -> rediscache::Result<()> {
        let wide = numbers(&session);
        let narrow = RedisCache::<u64, u8>::new("numbers").on(&session);
        let floats = RedisCache::<u64, f64>::new("numbers").on(&session);
        wide.set(1, 250).await?;
        let calls = (0..300).map(|n| match n % 3 {
            0 => wide.increment(0, 1_000).map(|sum| sum.is_ok()).boxed(),
            1 => narrow.increment(1, 1).map(|sum| sum.is_ok()).boxed(),
            _ => floats.increment(2, 0.5).map(|sum| sum.is_ok()).boxed(),
        });
        let fine = join_all(calls).await;
        assert_eq!(fine.iter().filter(|fine| **fine).count(), 100 + 5 + 100);
        assert_eq!(wide.get_many([0, 1]).await?, [Some(100_000), Some(255)]);
        assert_eq!(floats.get(2).await?, Some(50.0));
        Ok(())
    }

    async fn errors_name_the_operation_of_each(session: RedisSession) {
        let numbers = numbers(&session);
        poke(&session, "numbers", "i|1", "s|text").await;
        for _ in 0..20 {
            let (get, get_or, pop, replace, up, down) = tokio::join!(
                numbers.get(1), numbers.get_or(1, 0), numbers.pop(1), numbers.replace(1, 0), numbers.increment(1, 1),
                numbers.decrement(1, 1),
            );
            let errors = [get.err(), get_or.err(), pop.err(), replace.err(), up.err(), down.err()];
            let operations = errors.map(|error| error.unwrap().operation());
            assert_eq!(operations, ["get", "get_or", "pop", "replace", "increment", "decrement"]);
        }
    }

    async fn large_values_go_in_company(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let text = |n: u64| n.to_string().repeat(100_000);
        for result in join_all((0..40).map(|n| names.set(n, text(n)))).await {
            result?;
        }
        for (n, value) in (0..).zip(join_all((0..40).map(|n| names.get(n))).await) {
            assert!(value? == Some(text(n)));
        }
        Ok(())
    }

    async fn who_gives_up_takes_nobody_along(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        let all = || (0..40).map(|n| (n, i64::try_from(n).unwrap()));
        for round in 0..5 {
            numbers.replace_all(all()).await?;
            let stays = |at: usize| !(at.is_multiple_of(2) || at == 7 + round);

            let read = who_stays(all().map(|(key, _)| numbers.get(key)), stays).await;
            assert!(read.into_iter().all(|(at, value)| value.unwrap() == i64::try_from(at).ok()));
            let there = who_stays((30..70).map(|key| numbers.contains(key)), stays).await;
            assert!(there.into_iter().all(|(at, there)| there.unwrap() == (at < 10)));
            let sums = who_stays(all().map(|(key, n)| numbers.increment(key, 100 * n)), stays).await;
            assert!(sums.into_iter().all(|(at, sum)| sum.ok() == i64::try_from(101 * at).ok()));
            let written = who_stays(all().map(|(key, n)| numbers.set(key, -n)), stays).await;
            for (at, result) in written {
                result?;
                assert_eq!(numbers.get(at as u64).await?, Some(-i64::try_from(at).unwrap()));
            }
            let found = who_stays((20..60).map(|key| numbers.delete(key)), stays).await;
            assert!(found.into_iter().all(|(at, found)| found.unwrap() == (at < 20)));
        }
        Ok(())
    }

    /// As in a `select!` whose other branch makes a call.
    async fn a_call_that_is_not_polled_holds_up_no_other(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        numbers.update([(1, 10), (2, 20)]).await?;
        let noop = &mut Context::from_waker(Waker::noop());
        let mut calls = [numbers.get(1).map(drop).boxed(), numbers.set(3, 30).map(drop).boxed(),
            numbers.increment(4, 40).map(drop).boxed(), numbers.contains(1).map(drop).boxed(),
            numbers.delete(9).map(drop).boxed()];
        for call in &mut calls {
            let _ = call.as_mut().poll(noop);
        }
        let others = async {
            assert_eq!(numbers.get(2).await?, Some(20));
            numbers.set(2, 21).await?;
            assert_eq!(numbers.increment(2, 1).await?, 22);
            assert!(numbers.contains(2).await?);
            assert!(numbers.delete(2).await?);
            rediscache::Result::Ok(())
        };
        timeout(PATIENCE, others).await.expect("the others are held up")?;
        drop(calls);
        Ok(())
    }

    /// The futures in the buffer are not polled while the loop's body waits.
    async fn a_buffered_stream_of_calls_may_make_calls_in_its_loop(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        numbers.update((0..200).map(|n| (n, 0))).await?;
        let reads = futures_util::stream::iter((0..200).map(|n| numbers.get(n)));
        let work = async {
            let mut reads = pin!(reads.buffer_unordered(8));
            while let Some(value) = reads.next().await {
                assert_eq!(value?, Some(0));
                numbers.get(7).await?;
            }
            rediscache::Result::Ok(())
        };
        timeout(PATIENCE, work).await.expect("the loop is held up")
    }
}
