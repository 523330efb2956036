//! Many who load while others delete, and what each answer is checked for.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::cmd;
use rediscache::{LoadError, RedisSession, RedisTtlCache};
use support::{Random, Server};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How many keys there are of each kind of cache, and who asks for them: sessions, which are as processes to each other, and
/// callers in each.
const KEYS: u64 = 24;
const PROCESSES: usize = 2;
const CALLERS: usize = 24;
const WRITERS: u64 = 4;

/// How long the store may take for one call, and the longest that a loader does.
const TIMEOUT: Duration = Duration::from_millis(50);
const LOAD: u64 = 20;

/// How long the lease of one who is gone stands: nobody may wait for that.
const LEASE: Duration = Duration::from_secs(10);

type Cache = RedisTtlCache<u64, u64>;

/// Whoever asks, and what they are told.
pub(crate) struct Asking {
    world: Arc<World>,
    caches: Vec<[Cache; 2]>,
    sessions: Vec<RedisSession>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct World {
    /// Those of the plain cache, then those of the one with stale values.
    truths: Vec<Truth>,
    /// How long anyone may wait.
    bound: Duration,
    is_over: AtomicBool,
    answers: AtomicU64,
    loads: AtomicU64,
    deletes: AtomicU64,
    refused: AtomicU64,
    /// In microseconds.
    longest: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

/// What is true of one key. It changes, and then the entry is deleted.
#[derive(Default)]
struct Truth {
    newest: AtomicU64,
    /// What was the newest when the last delete was sent that was acknowledged: whoever asks after that is given nothing older.
    least: AtomicU64,
    /// How many loaders are under way, in each process.
    under_way: [AtomicU64; PROCESSES],
}

/// A loader at work.
struct Working(Arc<World>, usize, usize);

impl Asking {
    pub(crate) async fn begin(url: &str, bound: Duration, random: &mut Random) -> Result<Self, String> {
        let truths = (0..2 * KEYS).map(|_| Truth::default()).collect();
        let world = Arc::new(World { truths, bound, ..World::default() });
        let (mut sessions, mut caches, mut tasks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..=PROCESSES {
            let session = RedisSession::connect(url).await.map_err(|error| format!("connecting failed: {error:?}"))?;
            let plain = Cache::new("plain", Duration::from_secs(10)).lease(LEASE).timeout(TIMEOUT).on(&session);
            let stale = Cache::new("stale", Duration::from_millis(30)).stale(Duration::from_secs(10)).lease(LEASE);
            caches.push([plain, stale.timeout(TIMEOUT).on(&session)]);
            sessions.push(session);
        }
        let writes = caches.pop().ok_or("there is one more")?;
        for writer in 0..WRITERS {
            tasks.push(tokio::spawn(write(Arc::clone(&world), writes.clone(), writer, random.fork())));
        }
        for (process, caches) in caches.iter().enumerate() {
            for _ in 0..CALLERS {
                tasks.push(tokio::spawn(ask(Arc::clone(&world), caches.clone(), process, random.fork())));
            }
        }
        Ok(Self { world, caches, sessions, tasks })
    }

    /// Waits until all is as before the harm: what is loaded is stored again.
    pub(crate) async fn recovers(&self, server: &Server, within: Duration) -> Result<(), String> {
        let (mut raw, until) = (server.raw(), Instant::now() + within);
        for (cache, key) in self.caches.iter().flatten().zip(KEYS..) {
            // As it is there: a value that is fresh for a moment may be stale when it is read.
            let entry = format!("{}:i|{key}", cache.namespace());
            while cmd("TYPE").arg(&entry).query::<String>(&mut raw).map_err(|error| error.to_string())? != "string" {
                let loaded = cache.get_or_load(key, || async { Ok::<u64, Infallible>(0) }).await;
                self.world.loads.fetch_add(u64::from(loaded.is_ok()), Ordering::Relaxed);
                if Instant::now() > until {
                    return Err("nothing is stored, long after the harm was over".to_owned());
                }
            }
        }
        Ok(())
    }

    /// Ends it; what was done, or what of it was wrong.
    pub(crate) async fn end(self) -> Result<String, String> {
        self.world.is_over.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.map_err(|error| error.to_string())?;
        }
        let [answers, loads] = [&self.world.answers, &self.world.loads].map(|count| count.load(Ordering::Relaxed));
        let stats: Vec<_> = self.caches.iter().flatten().map(Cache::stats).collect();
        let looks: u64 = stats.iter().map(|stats| stats.hits() + stats.stale() + stats.misses()).sum();
        let failures: u64 = stats.iter().map(rediscache::TtlStats::failures).sum();
        for session in &self.sessions {
            session.close().await.map_err(|error| format!("closing failed: {error:?}"))?;
        }
        self.world.expect(looks >= answers && failures == 0, || {
            format!("{looks} looks and {failures} failures are counted, of {answers} answers and no failure")
        });
        let wrong = self.world.wrong();
        let text = self.world.to_string();
        if wrong.is_empty() {
            return Ok(format!("{text}; counted: {looks} looks"));
        }
        let shown = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n  ");
        Err(format!("{text}, {} times wrong ({loads} loads):\n  {shown}", wrong.len()))
    }
}

impl World {
    fn expect(&self, is_right: bool, otherwise: impl FnOnce() -> String) {
        if !is_right {
            self.wrong().push(otherwise());
        }
    }

    fn wrong(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [answers, loads, deletes, refused, longest] =
            [&self.answers, &self.loads, &self.deletes, &self.refused, &self.longest]
                .map(|count| count.load(Ordering::Relaxed));
        let longest = Duration::from_micros(longest);
        write!(
            f,
            "{answers} answers, {loads} loads, {deletes} deletes and {refused} that failed, longest wait {longest:.1?}"
        )
    }
}

async fn ask(world: Arc<World>, caches: [Cache; 2], process: usize, mut random: Random) {
    while !world.is_over.load(Ordering::SeqCst) {
        let (kind, key) = (random.place(2), random.within(0..KEYS));
        let at = kind * usize::try_from(KEYS).unwrap_or_default() + usize::try_from(key).unwrap_or_default();
        let pause = Duration::from_millis(random.within(0..LOAD));
        let truth = &world.truths[at];
        let least = truth.least.load(Ordering::SeqCst);
        let (source, began) = (Arc::clone(&world), Instant::now());
        let answer = caches[kind].get_or_load(key, move || async move {
            let working = Working::begin(source, at, process);
            let value = working.truth().newest.load(Ordering::SeqCst);
            tokio::time::sleep(pause).await;
            Ok::<u64, Infallible>(value)
        });
        let (answer, took) = (answer.await, began.elapsed());
        let newest = truth.newest.load(Ordering::SeqCst);
        world.answers.fetch_add(1, Ordering::Relaxed);
        world.longest.fetch_max(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let error = match &answer {
            Ok(_) => None,
            Err(LoadError::Load(never)) => match **never {},
            Err(LoadError::Cache(error)) => Some(format!("{error:?}")),
        };
        world.expect(error.is_none(), || format!("no answer: {}", error.unwrap_or_default()));
        world.expect(took <= world.bound, || format!("an answer took {took:?}"));
        if let Ok(value) = answer {
            let is_right = (least..=newest).contains(&value);
            world.expect(is_right, || format!("{value} was told when {least} to {newest} were right"));
        }
        tokio::time::sleep(Duration::from_millis(random.within(0..12))).await;
    }
}

/// Changes what is behind its own keys, and deletes their entries.
async fn write(world: Arc<World>, caches: [Cache; 2], writer: u64, mut random: Random) {
    while !world.is_over.load(Ordering::SeqCst) {
        let (kind, key) = (random.place(2), writer + WRITERS * random.within(0..KEYS / WRITERS));
        let at = kind * usize::try_from(KEYS).unwrap_or_default() + usize::try_from(key).unwrap_or_default();
        let (truth, cache) = (&world.truths[at], &caches[kind]);
        let newest = truth.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let deleted = match random.within(0..3) {
            0 => cache.delete(key).await.map(drop),
            1 => cache.delete_many([key]).await.map(drop),
            _ => cache.pop(key).await.map(drop),
        };
        if deleted.is_ok() {
            truth.least.fetch_max(newest, Ordering::SeqCst);
            world.deletes.fetch_add(1, Ordering::Relaxed);
        } else {
            world.refused.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(random.within(0..20))).await;
    }
}

impl Working {
    fn begin(world: Arc<World>, at: usize, process: usize) -> Self {
        world.loads.fetch_add(1, Ordering::Relaxed);
        let others = world.truths[at].under_way[process].fetch_add(1, Ordering::SeqCst);
        world.expect(others == 0, || format!("{} loaders of a key in one process", others + 1));
        Self(world, at, process)
    }

    fn truth(&self) -> &Truth {
        &self.0.truths[self.1]
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.truth().under_way[self.2].fetch_sub(1, Ordering::SeqCst);
    }
}
