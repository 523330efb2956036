//! Calls of `get_or_load` that are dropped, and loads that end with their runtime or their session, at each of their steps.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rediscache::{ErrorKind, LoadError, RedisSession, RedisTtlCache};
use support::{contract, namespace, url, within_polls};

use crate::queue_kind::{PATIENCE, soon, turns, until};

const HOUR: Duration = Duration::from_secs(3600);

/// After which a load that was left standing is another's.
const LEASE: Duration = Duration::from_millis(100);

/// How many turns the runtime takes until it ends: on a server, an answer takes tens of them.
const STEPS: [usize; 18] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25, 40, 70, 120, 250, 500, 1000];

type Counts = RedisTtlCache<u64, u64>;

/// What loads, and how often it was asked.
#[derive(Clone, Default)]
struct Source(Arc<AtomicU64>);

impl Source {
    async fn bring(self) -> Result<u64, Infallible> {
        // So that there is a step in it.
        tokio::task::yield_now().await;
        Ok(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn asked(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn load(counts: &Counts, source: &Source) -> rediscache::GetOrLoad<u64, Infallible> {
    let source = source.clone();
    counts.get_or_load(1, move || source.bring())
}

async fn go_stale(counts: &Counts) {
    counts.set_for(1, 0, Duration::ZERO).await.unwrap();
    until(async || !counts.contains(1).await.unwrap()).await;
}

contract! {
    async fn a_dropped_caller_cancels_no_load_beside_a_stale_value_either(session: RedisSession) {
        let counts = Counts::new("counts", HOUR).stale(HOUR).lease(HOUR).on(&session);
        for polls in 0..12_usize {
            let source = Source::default();
            go_stale(&counts).await;
            let answer = within_polls(polls, load(&counts, &source)).await;
            assert!(answer.is_none_or(|answer| answer.unwrap() == 0));
            // Whether it was begun by the one or the other.
            until(async || load(&counts, &source).await.unwrap() == 1).await;
            assert_eq!(source.asked(), 1, "after {polls} polls");
            counts.clear().await.unwrap();
        }
    }

    async fn one_who_shares_a_load_leaves_it_to_the_others(session: RedisSession) {
        let counts = Counts::new("counts", HOUR).lease(HOUR).on(&session);
        for polls in 0..12_usize {
            let source = Source::default();
            let others: Vec<_> = (0..3).map(|_| tokio::spawn(load(&counts, &source))).collect();
            let _ = within_polls(polls, load(&counts, &source)).await;
            for other in others {
                assert_eq!(soon(other).await.unwrap().unwrap(), 1, "after {polls} polls");
            }
            assert_eq!(source.asked(), 1, "after {polls} polls");
            counts.clear().await.unwrap();
        }
    }

    async fn a_dropped_write_ends_the_load_or_does_not(session: RedisSession) {
        let counts = Counts::new("counts", HOUR).lease(HOUR).on(&session);
        for polls in 0..12_usize {
            let source = Source::default();
            let early = tokio::spawn(load(&counts, &source));
            let written = within_polls(polls, counts.set(1, 50)).await.is_some();
            let early = soon(early).await.unwrap().unwrap();
            let late = soon(load(&counts, &source)).await.unwrap();
            assert!([1, 2, 50].contains(&late) && [1, 50].contains(&early), "{early}, {late} after {polls} polls");
            assert!(!written || late == 50, "{late} after {polls} polls");
            counts.clear().await.unwrap();
        }
    }
}

/// A runtime whose tasks go on only while it is run, and end with it.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Begins to load in a session of its own, with or without a stale value there, does this after so many turns, and has another
/// session ask: what it is given, and how often the first loader was asked.
fn interrupt(steps: usize, stale: bool, lease: Duration, end: impl AsyncFn(&RedisSession)) -> (u64, u64) {
    let (first, second, name) = (runtime(), runtime(), namespace("interrupted"));
    let connect = async || RedisSession::builder(url()).global_namespace(name.clone()).connect().await.unwrap();
    let counts = |session: &RedisSession| {
        let kept = if stale { HOUR } else { Duration::ZERO };
        Counts::new("counts", HOUR).stale(kept).lease(lease).on(session)
    };
    let (source, other) = (Source::default(), Source(Arc::new(AtomicU64::new(100))));
    let session = first.block_on(async {
        let session = connect().await;
        if stale {
            go_stale(&counts(&session)).await;
        }
        tokio::spawn(load(&counts(&session), &source));
        turns(steps).await;
        end(&session).await;
        session
    });
    // With all its tasks, wherever they are.
    drop(first);
    let value = second.block_on(async {
        let counts = counts(&connect().await);
        let asked = source.asked();
        let loaded = tokio::time::timeout(PATIENCE, load(&counts, &other)).await;
        let mut value = loaded.unwrap_or_else(|_| panic!("nobody loads after {steps} steps")).unwrap();
        if stale {
            until(async || {
                value = load(&counts, &other).await.unwrap();
                value > 0
            })
            .await;
        }
        assert_eq!(counts.get(1).await.unwrap(), Some(value), "after {steps} steps");
        assert_eq!(source.asked(), asked, "nobody runs it any more");
        counts.clear().await.unwrap();
        value
    });
    drop(session);
    (value, source.asked())
}

#[test]
fn a_load_that_ends_with_its_runtime_at_any_step_is_anothers_after_its_lease() {
    for stale in [false, true] {
        let mut brought = [0, 0];
        for steps in STEPS {
            let (value, asked) = interrupt(steps, stale, LEASE, async |_| {});
            assert!(value == 101 || (value == 1 && asked == 1), "{value} after {steps} steps");
            brought[usize::from(value == 1)] += 1;
        }
        assert!(brought[0] > 0, "{brought:?}");
    }
}

#[test]
fn a_load_that_ends_with_its_session_at_any_step_is_anothers_at_once() {
    for stale in [false, true] {
        for steps in STEPS {
            let (value, asked) = interrupt(steps, stale, HOUR, async |session| session.close().await.unwrap());
            assert!(value == 101 || (value == 1 && asked == 1), "{value} after {steps} steps");
        }
    }
}

/// The embedded store, which goes on in the runtime of the next who asks.
#[test]
fn a_load_of_the_embedded_store_that_ends_with_its_runtime_is_anothers_after_its_lease() {
    for steps in STEPS {
        let (first, second, session) = (runtime(), runtime(), RedisSession::in_memory());
        let counts = Counts::new("counts", HOUR).lease(LEASE).on(&session);
        let source = Source::default();
        first.block_on(async {
            tokio::spawn(load(&counts, &source));
            turns(steps).await;
        });
        drop(first);
        let value = second.block_on(async { soon(load(&counts, &source)).await.unwrap() });
        assert!((1..=2).contains(&value), "{value} after {steps} steps");
        assert_eq!(second.block_on(counts.get(1)).unwrap(), Some(value));
    }
}

/// Those who wait here for a load that ends with the runtime of another ask anew.
#[test]
fn who_shares_a_load_whose_runtime_ends_loads_in_its_place() {
    for url in ["memory://".to_owned(), url()] {
        let (home, other) = (runtime(), runtime());
        let session = home.block_on(async {
            RedisSession::builder(&url).global_namespace(namespace("shared")).connect().await.unwrap()
        });
        let counts = Counts::new("counts", HOUR).lease(LEASE).on(&session);
        home.block_on(async {
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            tokio::spawn(counts.get_or_load(1, move || async move {
                begun.send(()).unwrap();
                std::future::pending::<Result<u64, Infallible>>().await
            }));
            soon(has_begun).await.unwrap();
        });
        let source = Source::default();
        let waiting = std::thread::scope(|scope| {
            let waits = scope.spawn(|| other.block_on(async { soon(load(&counts, &source)).await }));
            while counts.stats().misses() < 2 && !waits.is_finished() {
                std::thread::yield_now();
            }
            drop(home);
            waits.join().unwrap()
        });
        match waiting {
            Ok(value) => assert_eq!(value, 1),
            // The way to the server ended with the runtime, and may have with the call.
            Err(LoadError::Cache(error)) => assert_eq!(error.kind(), ErrorKind::Connection, "{error}"),
            Err(LoadError::Load(never)) => match *never {},
        }
        assert_eq!(other.block_on(async { soon(load(&counts, &source)).await.unwrap() }), 1);
    }
}
