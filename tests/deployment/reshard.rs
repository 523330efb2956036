//! Slots that move while calls are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTaskQueue, RedisTtlCache, TaskError};
use support::Cluster;
use tokio::task::JoinHandle;

use crate::soon;

const HOUR: Duration = Duration::from_secs(3600);

/// Fields and items that are on their way at a time.
const CALLERS: usize = 8;

fn fields() -> std::ops::Range<u64> {
    0..CALLERS as u64
}

/// Makes calls until it is told to stop, and then says what must be there.
struct Traffic {
    stop: Arc<AtomicBool>,
    rounds: Vec<JoinHandle<u64>>,
}

impl Traffic {
    fn start(session: &RedisSession) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let rounds = vec![
            tokio::spawn(count(session.clone(), Arc::clone(&stop))),
            tokio::spawn(come_and_go(session.clone(), Arc::clone(&stop))),
            tokio::spawn(pass_on(session.clone(), Arc::clone(&stop))),
            tokio::spawn(live_and_end(session.clone(), Arc::clone(&stop))),
            tokio::spawn(live_apart(session.clone(), Arc::clone(&stop))),
            tokio::spawn(change_together(session.clone(), Arc::clone(&stop))),
        ];
        Self { stop, rounds }
    }

    /// How many rounds there were of each.
    async fn end(self) -> Vec<u64> {
        self.stop.store(true, Ordering::Relaxed);
        join_all(self.rounds).await.into_iter().map(|rounds| rounds.expect("all went well")).collect()
    }
}

fn counts(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("moving").on(session)
}

/// Scripts of one key. Each is carried out once.
async fn count(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    let counts = counts(&session);
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        rounds += 1;
        for sum in join_all(fields().map(|n| counts.increment(n, 1))).await {
            assert_eq!(sum.unwrap(), rounds);
        }
    }
    rounds
}

/// Commands, and several sent together.
async fn come_and_go(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    let names = RedisCache::<u64, String>::with_namespace("{moving}.names").on(&session);
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        rounds += 1;
        join_all(fields().map(|n| names.set(n, rounds.to_string()))).await.into_iter().for_each(|set| set.unwrap());
        for got in join_all(fields().map(|n| names.get(n))).await {
            assert_eq!(got.unwrap(), Some(rounds.to_string()));
        }
        for found in join_all(fields().map(|n| names.contains(n))).await {
            assert!(found.unwrap());
        }
        for found in join_all(fields().map(|n| names.delete(n))).await {
            assert!(found.unwrap());
        }
    }
    rounds
}

/// Transactions over one key.
async fn change_together(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    let names = RedisCache::<u64, u64>::with_namespace("{moving}.together").on(&session);
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        let old = (rounds > 0).then_some(rounds);
        rounds += 1;
        let steps = session.transaction().expect(names.entry(1), old.as_ref()).expect(names.entry(2), old.as_ref());
        let steps = steps.set(names.entry(1), rounds).set(names.entry(2), rounds);
        assert!(steps.commit().await.unwrap().is_done(), "each is done once");
        assert_eq!(names.get_many([1, 2]).await.unwrap(), [Some(rounds); 2]);
    }
    rounds
}

/// A queue that someone waits for.
async fn pass_on(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    let queue = RedisQueue::<u64>::with_namespace("{moving}.queue").on(&session);
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        let waiting = tokio::spawn(queue.get());
        tokio::task::yield_now().await;
        queue.put(rounds).await.unwrap();
        assert_eq!(soon(waiting).await.unwrap().unwrap(), rounds);
        rounds += 1;
    }
    rounds
}

/// Entries of one slot, which moves: some are here and some there.
async fn live_and_end(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    entries_go_on(RedisTtlCache::with_namespace("{moving}.entries", HOUR).on(&session), &stop).await
}

/// Entries of many slots, of which one moves, with their ends.
async fn live_apart(session: RedisSession, stop: Arc<AtomicBool>) -> u64 {
    entries_go_on(RedisTtlCache::with_namespace("entries", HOUR).stale(HOUR).on(&session), &stop).await
}

async fn entries_go_on(entries: RedisTtlCache<u64, u64>, stop: &AtomicBool) -> u64 {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        rounds += 1;
        join_all(fields().map(|n| entries.set(n, rounds))).await.into_iter().for_each(|set| set.unwrap());
        for got in join_all(fields().map(|n| entries.get(n))).await {
            assert_eq!(got.unwrap(), Some(rounds));
        }
        assert_eq!(entries.get_many(fields()).await.unwrap(), [Some(rounds); CALLERS]);
        entries.set_many(fields().map(|n| (n, rounds + 1))).await.unwrap();
        assert_eq!(entries.replace(0, rounds).await.unwrap(), Some(rounds + 1));
        for found in join_all(fields().map(|n| entries.delete(n))).await {
            assert!(found.unwrap());
        }
        assert_eq!(entries.delete_many(fields()).await.unwrap(), 0);
    }
    rounds
}

/// Waits until some rounds were done meanwhile.
async fn a_while(session: &RedisSession) {
    let before = counts(session).get(0).await.unwrap();
    crate::until(async || counts(session).get(0).await.unwrap() > before.map(|count| count + 2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_while_their_slot_moves_to_and_fro() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let slot = cluster.slot("moving");
    counts(&session).get(0).await.unwrap();
    let traffic = Traffic::start(&session);
    for round in 1..=6 {
        let to = (cluster.owner(slot) + round % 2 + 1) % 3;
        a_while(&session).await;
        cluster.begin_move(slot, to);
        a_while(&session).await;
        // One after another, so that some keys are here and some there.
        while cluster.move_keys(slot, to, 1) > 0 {
            a_while(&session).await;
        }
        cluster.end_move(slot, to);
    }
    a_while(&session).await;
    let rounds = traffic.end().await;
    let sums = counts(&session).values().await.unwrap();
    assert_eq!(sums, [rounds[0]; CALLERS]);
    assert!(rounds.iter().all(|&rounds| rounds > 2), "{rounds:?}");
}

/// Its scripts need several keys, so that calls wait until all are at one node again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_queue_goes_on_when_its_slot_has_moved() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let tasks = RedisTaskQueue::<u64>::new("moving").max_attempts(9).on(&session);
    let slot = cluster.slot("moving");
    for round in 0..4 {
        let to = (cluster.owner(slot) + 1) % 3;
        tasks.put_many([round, round]).await.unwrap();
        let held = tasks.get().await.unwrap();
        tasks.get().await.unwrap().reschedule().await.unwrap();
        cluster.begin_move(slot, to);
        cluster.move_keys(slot, to, 2);
        let calls = tokio::spawn({
            let tasks = tasks.clone();
            async move {
                held.finalize().await.map_err(TaskError::into_error)?;
                let again = tasks.get().await?;
                assert_eq!((*again, again.attempt()), (round, 2));
                again.finalize().await.map_err(TaskError::into_error)
            }
        });
        while cluster.move_keys(slot, to, 1) > 0 {}
        cluster.end_move(slot, to);
        soon(calls).await.unwrap().unwrap();
        // Where the move takes too long, the call says so and was not carried out.
        assert!(tasks.is_empty().await.unwrap() && tasks.pending().await.unwrap().is_empty());
    }
}

/// As with task queues: those over several keys wait until all of them are at one node again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_over_several_keys_goes_on_when_its_slot_has_moved() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let counts = RedisCache::<u64, u64>::with_namespace("{moving}.counts").on(&session);
    let news = RedisQueue::<u64>::with_namespace("{moving}.news").on(&session);
    let slot = cluster.slot("{moving}");
    for round in 0..4 {
        let to = (cluster.owner(slot) + 1) % 3;
        let old = counts.get(1).await.unwrap();
        news.put(round).await.unwrap();
        counts.set(2, round).await.unwrap();
        cluster.begin_move(slot, to);
        cluster.move_keys(slot, to, 1);
        let steps = session.transaction().expect(counts.entry(1), old.as_ref()).set(counts.entry(1), round);
        let made = tokio::spawn(steps.put(&news, round).commit());
        while cluster.move_keys(slot, to, 1) > 0 {}
        cluster.end_move(slot, to);
        assert!(soon(made).await.unwrap().unwrap().is_done());
        assert_eq!((counts.get(1).await.unwrap(), news.len().await.unwrap()), (Some(round), 2));
        assert_eq!((news.get().await.unwrap(), news.get().await.unwrap()), (round, round));
    }
}
