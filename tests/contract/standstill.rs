//! Calls in one runtime while nobody runs that in which the session was connected: every limit is kept, and the work goes on
//! in the runtime of whoever calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join_all, try_join_all};
use futures_util::{FutureExt, StreamExt};
use rediscache::{Error, ErrorKind, Near, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use serde::{Deserialize, Serialize};
use support::{namespace, url};
use tokio::runtime::Runtime;

/// How long one call may take.
const LIMIT: Duration = Duration::from_secs(2);

/// What a machine may add that is busy with other things.
const SLACK: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Point(u64, u64);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Runs `test` on a session of each store, whose runtime is run no more after `before`.
fn on_both(before: impl AsyncFn(&RedisSession), test: impl AsyncFn(RedisSession)) {
    for url in ["memory://".to_owned(), url(), format!("{}?protocol=resp2", url())] {
        let home = runtime();
        let session = home.block_on(async {
            let builder = RedisSession::builder(&url).global_namespace(namespace("standstill")).response_timeout(LIMIT);
            let session = builder.connect().await.unwrap();
            // So that the embedded store has settled here, too.
            assert_eq!(queue(&session).try_get().await.unwrap(), None);
            before(&session).await;
            session
        });
        runtime().block_on(test(session));
        drop(home);
    }
}

fn queue(session: &RedisSession) -> RedisQueue<u64> {
    RedisQueue::new("queue").on(session)
}

fn tasks(session: &RedisSession) -> RedisTaskQueue<u64> {
    RedisTaskQueue::new("tasks").on(session)
}

fn numbers(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("numbers").on(session)
}

/// What `call` comes to, which it must within this time.
async fn within<T>(limit: Duration, what: &str, call: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let answer = tokio::time::timeout(limit + SLACK, call).await;
    answer.unwrap_or_else(|_| panic!("{what} still waits after {:?}", started.elapsed()))
}

#[test]
fn a_wait_ends_with_its_limit() {
    on_both(
        async |_| {},
        async |session| {
            let limit = Duration::from_millis(100);
            assert_eq!(within(limit, "get_timeout", queue(&session).get_timeout(limit)).await.unwrap(), None);
            assert!(within(limit, "get_timeout", tasks(&session).get_timeout(limit)).await.unwrap().is_none());
            assert_eq!(within(LIMIT, "try_get", queue(&session).try_get()).await.unwrap(), None);
            assert!(within(LIMIT, "try_get", tasks(&session).try_get()).await.unwrap().is_none());
            assert!(within(LIMIT, "drain", queue(&session).drain().next()).await.is_none());
        },
    );
}

#[test]
fn items_are_handed_out_in_the_runtime_of_whoever_asks() {
    on_both(
        async |session| {
            queue(session).put_many([1, 2, 3, 4]).await.unwrap();
            tasks(session).put_many([1, 2]).await.unwrap();
        },
        async |session| {
            assert_eq!(within(LIMIT, "try_get", queue(&session).try_get()).await.unwrap(), Some(1));
            assert_eq!(within(LIMIT, "get", queue(&session).get()).await.unwrap(), 2);
            assert_eq!(within(LIMIT, "stream", queue(&session).stream().next()).await.unwrap().unwrap(), 3);
            let task = within(LIMIT, "get", tasks(&session).get()).await.unwrap();
            within(LIMIT, "finalize", task.finalize()).await.unwrap();
        },
    );
}

/// Also those that were gathered by others.
#[test]
fn reads_side_by_side_are_answered() {
    on_both(
        async |session| numbers(session).update((0..8).map(|n| (n, n))).await.unwrap(),
        async |session| {
            let numbers = numbers(&session);
            let read = within(LIMIT, "get", try_join_all((0..3).map(|n| numbers.get(n)))).await.unwrap();
            assert_eq!(read, [Some(0), Some(1), Some(2)]);
            let there = within(LIMIT, "contains", try_join_all((0..3).map(|n| numbers.contains(n)))).await.unwrap();
            assert_eq!(there, [true; 3]);
        },
    );
}

/// A call may have failed before the way was made anew.
fn check<T>(answer: Result<T, Error>) {
    if let Err(error) = answer {
        assert!(matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Connection), "{error:?}");
        assert!(error.is_retryable());
    }
}

/// Near caches need RESP3.
fn check_near(answer: Result<Option<u64>, Error>) {
    check(answer.or_else(|error| if error.kind() == ErrorKind::Unsupported { Ok(None) } else { Err(error) }));
}

#[test]
fn every_call_ends_within_its_time_and_the_next_succeeds() {
    on_both(
        async |_| {},
        async |session| {
            let (numbers, near) = (numbers(&session), RedisCache::<u64, u64>::new("near").near(Near::fields()));
            let (points, near) = (RedisCache::<u64, Point>::new("points").on(&session), near.on(&session));
            for round in 0..2 {
                let calls = (0..3).flat_map(|n| {
                    [
                        numbers.set(n, n).map(check).boxed(),
                        numbers.increment(n, 1).map(check).boxed(),
                        numbers.delete(n).map(check).boxed(),
                        numbers.pop(n).map(check).boxed(),
                        numbers.to_map().map(check).boxed(),
                        near.get(n).map(check_near).boxed(),
                        near.set(n, n).map(check).boxed(),
                        points.set(n, Point(n, n)).map(check).boxed(),
                        points.get(n).map(check).boxed(),
                        queue(&session).put(n).map(check).boxed(),
                        tasks(&session).put_many([n]).map(check).boxed(),
                        tasks(&session).pending().map(check).boxed(),
                    ]
                });
                within(LIMIT, &format!("a call of round {round}"), join_all(calls)).await;
            }
            numbers.set(1, 7).await.unwrap();
            assert_eq!(numbers.get(1).await.unwrap(), Some(7));
            points.set(1, Point(1, 2)).await.unwrap();
            assert_eq!(points.get(1).await.unwrap(), Some(Point(1, 2)));
            check_near(near.get(1).await);
        },
    );
}

/// Where the runtime of before is run again, it is as any other.
#[test]
fn runtimes_that_take_turns_share_a_session() {
    for url in ["memory://".to_owned(), url()] {
        let (one, other) = (runtime(), runtime());
        let builder = RedisSession::builder(&url).global_namespace(namespace("turns")).response_timeout(LIMIT);
        let session = one.block_on(builder.connect()).unwrap();
        for turn in 0..3 {
            for runtime in [&one, &other] {
                runtime.block_on(async {
                    let numbers = numbers(&session);
                    let read = join_all((0..3).map(|n| numbers.get(n)));
                    within(LIMIT, "get", read).await.into_iter().for_each(|read| assert_eq!(read.unwrap(), None));
                    queue(&session).put(turn).await.unwrap();
                    assert_eq!(within(LIMIT, "get", queue(&session).get()).await.unwrap(), turn);
                });
            }
        }
    }
}

/// A runtime that stood still for a moment has what it began: who waits there is served, and what is held there stays so.
#[test]
fn what_a_runtime_began_goes_on_when_it_runs_again() {
    let recover = Duration::from_secs(1);
    for url in ["memory://".to_owned(), url()] {
        let (one, other) = (runtime(), runtime());
        let builder = RedisSession::builder(&url).global_namespace(namespace("again")).response_timeout(LIMIT);
        let session = one.block_on(builder.connect()).unwrap();
        let tasks = tasks(&session).recover_after(recover);
        let (held, waiting) = one.block_on(async {
            tasks.put(1).await.unwrap();
            let (held, waiting) = (tasks.get().await.unwrap(), tokio::spawn(tasks.get()));
            tokio::time::sleep(Duration::from_millis(50)).await;
            (held, waiting)
        });
        other.block_on(async {
            assert!(within(LIMIT, "try_get", tasks.try_get()).await.unwrap().is_none());
        });
        let (over, end) = tokio::sync::oneshot::channel::<()>();
        let working = std::thread::spawn(move || other.block_on(async { end.await.unwrap() }));
        one.block_on(async {
            tasks.put(2).await.unwrap();
            let second = within(LIMIT, "get", waiting).await.unwrap().unwrap();
            assert_eq!(*second, 2);
            tokio::time::sleep(recover * 3).await;
            assert!(within(LIMIT, "try_get", tasks.try_get()).await.unwrap().is_none());
            held.finalize().await.unwrap();
            second.finalize().await.unwrap();
        });
        over.send(()).unwrap();
        working.join().unwrap();
    }
}

#[test]
fn a_limit_as_long_as_can_be_is_kept_elsewhere_too() {
    let (one, other) = (runtime(), runtime());
    let builder = RedisSession::builder(url()).global_namespace(namespace("long")).response_timeout(Duration::MAX);
    let session = one.block_on(builder.connect()).unwrap();
    let working = std::thread::spawn(move || one.block_on(async { tokio::time::sleep(SLACK).await }));
    other.block_on(async {
        assert_eq!(within(LIMIT, "get", read_three(&session)).await, [None; 3]);
        assert_eq!(within(LIMIT, "try_get", queue(&session).try_get()).await.unwrap(), None);
    });
    working.join().unwrap();
}

async fn read_three(session: &RedisSession) -> Vec<Option<u64>> {
    let numbers = numbers(session);
    try_join_all((0..3).map(|n| numbers.get(n))).await.unwrap()
}

/// A runtime with workers of its own, all of which are kept busy: its workers called before.
#[test]
fn workers_that_are_kept_busy_hold_up_nobody_else() {
    for url in ["memory://".to_owned(), url(), format!("{}?protocol=resp2", url())] {
        let home = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let builder = RedisSession::builder(&url).global_namespace(namespace("busy")).response_timeout(LIMIT);
        let session = home.block_on(builder.connect()).unwrap();
        let worker = session.clone();
        home.block_on(home.spawn(async move { read_three(&worker).await })).unwrap();
        let (release, busy) = std::sync::mpsc::channel::<()>();
        let is_busy = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&is_busy);
        home.spawn(async move {
            begun.store(true, Ordering::Release);
            let _ = busy.recv();
        });
        while !is_busy.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        runtime().block_on(async {
            assert_eq!(within(LIMIT, "get", read_three(&session)).await, [None; 3]);
        });
        drop(release);
    }
}
