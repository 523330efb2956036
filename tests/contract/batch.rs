//! Calls that go together: in order, and each for itself, whatever becomes of those beside it.

use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt, TryFutureExt, TryStreamExt};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession};
use support::contract;

use crate::kind;
use crate::queue::Formless;
use crate::queue_kind::{ByHand, soon, turns};

type Numbers = RedisCache<u64, i64>;

/// Enough to be in each other's way.
const CALLERS: i64 = 50;

fn numbers(session: &RedisSession) -> Numbers {
    RedisCache::new("numbers").on(session)
}

fn key(number: i64) -> u64 {
    number.unsigned_abs()
}

/// Runs them as tasks, all at once.
async fn all<F: Future<Output = rediscache::Result<()>> + Send + 'static>(
    tasks: impl Iterator<Item = F>,
) -> rediscache::Result<()> {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        soon(task).await.unwrap()?;
    }
    Ok(())
}

/// A call of each kind that goes together, by its name: on the entry `key` of `numbers`, and on the queue `outbox`.
fn calls(session: &RedisSession, key: u64) -> [(&'static str, BoxFuture<'static, rediscache::Result<()>>); 7] {
    let (numbers, outbox) = (numbers(session), RedisQueue::<u64>::new("outbox").on(session));
    [
        ("get", numbers.get(key).map_ok(drop).boxed()),
        ("get_or", numbers.get_or(key, 0).map_ok(drop).boxed()),
        ("contains", numbers.contains(key).map_ok(drop).boxed()),
        ("set", numbers.set(key, 1).boxed()),
        ("delete", numbers.delete(key).map_ok(drop).boxed()),
        ("increment", numbers.increment(key, 1).map_ok(drop).boxed()),
        ("put", outbox.put(key).boxed()),
    ]
}

contract! {
    async fn a_task_reads_back_what_it_has_set(session: RedisSession) -> rediscache::Result<()> {
        all((0..CALLERS).map(|who| {
            let (one, other) = (numbers(&session), numbers(&session.clone()));
            async move {
                for value in 0..20 {
                    one.set(key(who), value).await?;
                    assert_eq!(one.get(key(who)).await?, Some(value));
                    assert!(other.contains(key(who)).await?);
                    assert_eq!(other.get(key(who)).await?, Some(value));
                    assert_eq!(other.get_many([key(who)]).await?, [Some(value)]);
                    // Beside those of others.
                    other.get(key((who + value) % CALLERS)).await?;
                }
                Ok(())
            }
        }))
        .await
    }

    async fn calls_made_one_after_another_take_effect_in_that_order(session: RedisSession) -> rediscache::Result<()> {
        all((0..CALLERS).map(|who| {
            let (numbers, key) = (numbers(&session), key(who));
            async move {
                for _ in 0..10 {
                    assert_eq!(numbers.get(key).await?, None);
                    numbers.set(key, who).await?;
                    assert_eq!(numbers.increment(key, 1).await?, who + 1);
                    assert!(!numbers.set_if_absent(key, 0).await?);
                    assert!(numbers.compare_and_set(key, who + 1, who + 2).await?);
                    assert_eq!(numbers.get(key).await?, Some(who + 2));
                    assert!(numbers.delete(key).await?);
                    assert!(!numbers.contains(key).await?);
                    assert!(!numbers.delete(key).await?);
                    assert_eq!(numbers.increment(key, 5).await?, 5);
                    numbers.set(key, -1).await?;
                    assert_eq!(numbers.pop(key).await?, Some(-1));
                }
                Ok(())
            }
        }))
        .await
    }

    async fn of_two_sets_in_company_the_later_wins(session: RedisSession) -> rediscache::Result<()> {
        let (one, other) = (numbers(&session), numbers(&session.clone()));
        for round in 0..20 {
            // The first keeps the others waiting, so that they go together.
            let (first, earlier, later, last) =
                tokio::join!(one.set(0, round), one.set(1, round), other.set(1, -round), one.set(2, round));
            first.and(earlier).and(later).and(last)?;
            assert_eq!(one.get_many([0, 1, 2]).await?, [round, -round, round].map(Some));
        }
        // In more than one batch, too.
        let sets = join_all((0..3_000).map(|n| one.set(key(n % 2), n))).await;
        sets.into_iter().collect::<rediscache::Result<()>>()?;
        assert_eq!(one.get_many([0, 1]).await?, [Some(2_998), Some(2_999)]);
        Ok(())
    }

    async fn puts_in_a_row_keep_their_order(session: RedisSession) -> rediscache::Result<()> {
        let outbox = RedisQueue::<u64>::new("outbox").on(&session);
        let puts = join_all((0..3_000).map(|n| outbox.put(n))).await;
        puts.into_iter().collect::<rediscache::Result<()>>()?;
        let items: Vec<u64> = outbox.drain().try_collect().await?;
        assert!(items.into_iter().eq(0..3_000));
        Ok(())
    }

    async fn each_is_told_its_own_operation_where_the_type_is_wrong(session: RedisSession) -> rediscache::Result<()> {
        RedisQueue::<u64>::new("numbers").on(&session).put(1).await?;
        RedisCache::<u64, u64>::new("outbox").on(&session).set(1, 1).await?;
        let neighbours = RedisCache::<u64, u64>::new("neighbours").on(&session);
        let refused = join_all((0..40).flat_map(|key| calls(&session, key)).map(|(name, call)| async move {
            let error = call.await.unwrap_err();
            assert_eq!((error.operation(), error.kind()), (name, ErrorKind::WrongType));
            assert_eq!(error.namespace(), Some(if name == "put" { "outbox" } else { "numbers" }));
        }));
        let fine = join_all((0..280).map(|n| neighbours.set(n, n)));
        let (_, fine) = tokio::join!(refused, fine);
        fine.into_iter().collect::<rediscache::Result<()>>()?;
        assert_eq!(neighbours.len().await?, 280);
        // Nobody is told of it later.
        numbers(&session).clear().await.unwrap_err();
        RedisQueue::<u64>::new("numbers").on(&session).clear().await?;
        RedisCache::<u64, u64>::new("outbox").on(&session).clear().await?;
        for answer in join_all((0..40).flat_map(|key| calls(&session, key)).map(|(_, call)| call)).await {
            answer?;
        }
        Ok(())
    }

    async fn a_value_without_a_form_fails_alone(session: RedisSession) -> rediscache::Result<()> {
        let (values, items) = (RedisCache::<u64, Formless>::new("values"), RedisQueue::<Formless>::new("items"));
        let (values, items) = (values.on(&session), items.on(&session));
        let formless = |n: u64| n.is_multiple_of(7);
        let sets = join_all((0..200).map(|n| values.set(n, Formless(formless(n))))).await;
        let puts = join_all((0..200).map(|n| items.put(Formless(formless(n))))).await;
        for (n, (set, put)) in (0..).zip(sets.into_iter().zip(puts)) {
            if formless(n) {
                assert_eq!((kind(set), kind(put)), (ErrorKind::Encode, ErrorKind::Encode));
            } else {
                set.and(put)?;
            }
        }
        assert_eq!((values.len().await?, items.len().await?), (171, 171));
        Ok(())
    }

    async fn a_huge_value_fails_no_neighbour(session: RedisSession) -> rediscache::Result<()> {
        let (texts, items) = (RedisCache::<u64, String>::new("texts"), RedisQueue::<String>::new("items"));
        let (texts, items) = (texts.on(&session), items.on(&session));
        let huge = "x".repeat(32 << 20);
        let text = |n: u64| if n == 30 { huge.clone() } else { n.to_string() };
        let sets = join_all((0..60).map(|n| texts.set(n, text(n)))).await;
        let puts = join_all((0..60).map(|n| items.put(text(n)))).await;
        sets.into_iter().chain(puts).collect::<rediscache::Result<()>>()?;
        for (n, read) in (0..).zip(join_all((0..60).map(|n| texts.get(n))).await) {
            assert!(read? == Some(text(n)), "{n}");
        }
        for n in 0..60 {
            assert!(items.get().await? == text(n), "{n}");
        }
        texts.clear().await
    }

    /// Whether it is on its way, in the line, or served already.
    async fn whoever_comes_first_may_leave_at_any_time(session: RedisSession) -> rediscache::Result<()> {
        for (kind, steps) in (0..7).flat_map(|kind| [0, 1, 2, 3, 5, 10, 30, 100].map(|steps| (kind, steps))) {
            // So that nothing is under way at first.
            turns(30).await;
            for leave in [1..2, 0..1, 0..2, 3..4, 1..5] {
                let mut line: Vec<_> = (0..6)
                    .map(|key| {
                        let (_, call) = calls(&session, key).into_iter().nth(kind).unwrap();
                        let mut call = ByHand::new(call);
                        call.poll().is_pending().then_some(call)
                    })
                    .collect();
                turns(steps).await;
                line[leave].fill_with(|| None);
                for call in line.into_iter().flatten() {
                    soon(call.finish()).await?;
                }
            }
        }
        Ok(())
    }
}
