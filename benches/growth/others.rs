//! What a call costs as other things grow: entries with keys of their own, tasks that wait, namespaces in use, sessions.

use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench_support::{Caller, Effort, Spread, drive};
use futures_util::StreamExt;
use rediscache::{RedisCache, RedisSession, RedisTaskQueue, RedisTtlCache};

use crate::point::{At, Point};
use crate::{CALLERS, SMALL, text};

/// No entry ends meanwhile.
const LIFE: Duration = Duration::from_secs(3_600);

/// How many are written by one call.
const CHUNK: usize = 10_000;

/// How much of each there is.
struct Sizes {
    entries: &'static [u64],
    tasks: &'static [u64],
    namespaces: &'static [u64],
    sessions: &'static [u64],
}

const WHOLE: Sizes = Sizes {
    entries: &[1_000, 1_000_000],
    tasks: &[0, 1_000, 1_000_000],
    namespaces: &[1, 100, 10_000],
    sessions: &[1, 10, 100],
};

const QUICK: Sizes =
    Sizes { entries: &[1_000, 50_000], tasks: &[0, 50_000], namespaces: &[1, 1_000], sessions: &[1, 20] };

pub(crate) struct Others {
    pub(crate) url: String,
    pub(crate) quick: bool,
    pub(crate) rounds: usize,
    /// Of one round.
    pub(crate) time: Duration,
}

impl Others {
    /// Hands over each point as it is measured.
    pub(crate) async fn measure(&self, mut add: impl FnMut(Point)) {
        let sizes = if self.quick { &QUICK } else { &WHOLE };
        for &entries in sizes.entries {
            self.entries(entries, &mut add).await;
        }
        let jobs = RedisTaskQueue::new("others.jobs").on(&self.session().await);
        for &tasks in sizes.tasks {
            let waiting = jobs.len().await.unwrap();
            for first in (waiting..tasks).step_by(CHUNK) {
                jobs.put_many(first..tasks.min(first + CHUNK as u64)).await.unwrap();
            }
            self.calls("put+get+finalize, tasks", &Jobs(jobs.clone()), tasks, &mut add).await;
        }
        for &namespaces in sizes.namespaces {
            let session = self.session().await;
            let caches = (0..namespaces).map(|number| cache(number).on(&session)).collect();
            self.of_caches(["get, namespaces", "set, namespaces"], caches, &mut add).await;
        }
        for &sessions in sizes.sessions {
            let mut caches = Vec::new();
            for number in 0..sessions {
                caches.push(cache(number).on(&self.session().await));
            }
            self.of_caches(["get, sessions", "set, sessions"], caches, &mut add).await;
        }
    }

    async fn session(&self) -> RedisSession {
        RedisSession::connect(&self.url).await.unwrap()
    }

    async fn entries(&self, entries: u64, add: &mut impl FnMut(Point)) {
        let pages = RedisTtlCache::new("others.pages", LIFE).on(&self.session().await);
        let value = text(SMALL);
        for first in (0..entries).step_by(CHUNK) {
            let chunk = first..entries.min(first + CHUNK as u64);
            pages.set_many(chunk.map(|key| (key, &*value))).await.unwrap();
        }
        let pages = Pages { pages, entries, value: None };
        self.calls("entry get", &pages, entries, add).await;
        let writing = Pages { value: Some(value.into()), ..pages.clone() };
        self.calls("entry set", &writing, entries, add).await;
        let mut each = Vec::new();
        for _ in 0..self.rounds {
            let start = Instant::now();
            let read = pages.pages.scan().filter(|entry| ready(entry.is_ok()));
            let found = read.count().await as u64;
            assert!(found >= entries, "{found} of {entries} are found");
            each.push(start.elapsed().as_secs_f64() * 1e6 / entries as f64);
        }
        add(point("entry scan, each", 1, entries, Spread::of(each)));
    }

    /// Reads and writes in all of these in turn.
    async fn of_caches(
        &self,
        [get, set]: [&'static str; 2],
        caches: Vec<RedisCache<u64, u64>>,
        add: &mut impl FnMut(Point),
    ) {
        for cache in &caches {
            cache.set(0, 0).await.unwrap();
        }
        let (many, caches) = (caches.len() as u64, Caches { caches: caches.into(), writes: false });
        self.calls(get, &caches, many, add).await;
        self.calls(set, &Caches { writes: true, ..caches }, many, add).await;
    }

    async fn calls(&self, operation: &'static str, caller: &impl Caller, many: u64, add: &mut impl FnMut(Point)) {
        for callers in CALLERS {
            let Effort { rounds, time } = Effort::of(self.rounds, self.time, callers);
            let mut costs = Vec::new();
            for _ in 0..=rounds {
                costs.push(1e6 / drive(caller, callers, time).await.rate);
            }
            // The first round only warms up.
            add(point(operation, callers, many, Spread::of(costs.into_iter().skip(1))));
        }
    }
}

/// What a session keeps of a namespace that it reads and writes, in bytes.
pub(crate) fn memory_of_a_namespace(url: &str, quick: bool) -> i64 {
    let namespaces = if quick { 1_000 } else { 10_000 };
    // On one thread, of which all allocations are counted.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = runtime.block_on(RedisSession::connect(url)).unwrap();
    let use_one = |number| {
        runtime.block_on(async {
            let cache = cache(number).on(&session);
            cache.set(0, 0).await.unwrap();
            cache.get(0).await.unwrap()
        })
    };
    // Leaves buffers as large as they get.
    use_one(namespaces);
    let used = allocation_counter::measure(|| (0..namespaces).for_each(|number| assert!(use_one(number).is_some())));
    used.bytes_current / i64::try_from(namespaces).unwrap()
}

fn cache(number: u64) -> RedisCache<u64, u64> {
    RedisCache::with_namespace(format!("others.{number}"))
}

fn point(operation: &'static str, callers: usize, entries: u64, ours: Spread) -> Point {
    Point { operation, at: At { callers, entries, value_bytes: SMALL }, ours, hand: None }
}

#[derive(Clone)]
struct Pages {
    pages: RedisTtlCache<u64, String>,
    entries: u64,
    /// What is written; nothing where it is read.
    value: Option<Arc<str>>,
}

impl Caller for Pages {
    async fn call(&mut self, number: u64) {
        let key = number.wrapping_mul(7_919) % self.entries;
        match &self.value {
            Some(value) => self.pages.set(key, &**value).await.unwrap(),
            None => assert!(self.pages.get(key).await.unwrap().is_some()),
        }
    }
}

/// As many wait after a call as before.
#[derive(Clone)]
struct Jobs(RedisTaskQueue<u64>);

impl Caller for Jobs {
    async fn call(&mut self, number: u64) {
        self.0.put(number).await.unwrap();
        self.0.get().await.unwrap().finalize().await.unwrap();
    }
}

#[derive(Clone)]
struct Caches {
    caches: Arc<[RedisCache<u64, u64>]>,
    writes: bool,
}

impl Caller for Caches {
    async fn call(&mut self, number: u64) {
        let at = number.wrapping_mul(7_919) % self.caches.len() as u64;
        let cache = &self.caches[usize::try_from(at).unwrap()];
        if self.writes {
            cache.set(0, number).await.unwrap();
        } else {
            assert!(cache.get(0).await.unwrap().is_some());
        }
    }
}
