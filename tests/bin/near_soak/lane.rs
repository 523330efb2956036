use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rediscache::{RedisCache, RedisSession};
use support::{Ledger, Random};
use tokio::sync::RwLock;

use crate::args::Mode;
use crate::figures::{Figures, Sums};
use crate::writer::How;
use crate::writers::Writers;

/// How many namespaces are written to at once.
pub(crate) const COUNT: usize = 24;

/// How many keys each namespace has: two that other processes set, one that all add to, one that this process sets.
const KEYS: usize = 4;
const SHARED: usize = 2;
const OWN: usize = 3;

/// The name of one of the namespaces.
pub(crate) fn name(place: usize) -> String {
    format!("near-soak-{place}")
}

/// One namespace, its readers and its writers.
pub(crate) struct Lane {
    counts: RedisCache<u64, u64>,
    mode: Mode,
    bound: Duration,
    place: usize,
    ledgers: [Mutex<Ledger>; KEYS],
    over: AtomicBool,
    figures: Arc<Figures>,
    /// Held while something is written.
    writing: Arc<RwLock<()>>,
}

impl Lane {
    pub(crate) fn new(
        session: &RedisSession,
        mode: Mode,
        bound: Duration,
        place: usize,
        figures: &Arc<Figures>,
        writing: &Arc<RwLock<()>>,
    ) -> Self {
        let counts = RedisCache::with_namespace(name(place));
        let counts = counts.near(mode.near().staleness(bound)).on(session);
        let (ledgers, over) = Default::default();
        Self { counts, mode, bound, place, ledgers, over, figures: Arc::clone(figures), writing: Arc::clone(writing) }
    }

    pub(crate) fn sums(&self) -> Sums {
        let stats = self.counts.near_stats();
        Sums { hits: stats.hits(), misses: stats.misses(), invalidations: stats.invalidations() }
    }

    /// Writes as long as there are rounds left; the error is why no more could be done.
    pub(crate) async fn write(&self, writers: &Writers, left: &AtomicU64, mut random: Random) -> Result<(), String> {
        let mut last = [0; KEYS];
        let take = |left: u64| left.checked_sub(1);
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            let key = random.place(KEYS);
            last[key] = self.write_once(writers, key, last[key], &mut random).await.inspect_err(|_| self.end())?;
            match random.within(0..40) {
                // Long enough for everything that is not dropped to be found out.
                0 => tokio::time::sleep(self.bound.mul_f64(1.5)).await,
                1..20 => tokio::time::sleep(Duration::from_millis(random.within(1..12))).await,
                _ => {}
            }
        }
        tokio::time::sleep(self.bound.mul_f64(1.5)).await;
        self.end();
        Ok(())
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    async fn write_once(&self, writers: &Writers, key: usize, last: u64, random: &mut Random) -> Result<u64, String> {
        let _writing = self.writing.read().await;
        let is_own = key == OWN || (key == SHARED && random.percent(20));
        let value = if is_own {
            match self.write_here(key, last).await {
                Ok(value) => value,
                // A slow machine; the same is written next.
                Err(error) if error.is_retryable() => return Ok(last),
                Err(error) => return Err(format!("{error:?}")),
            }
        } else {
            let how = match key {
                SHARED => How::Increment,
                _ if self.mode == Mode::Tracking && random.percent(50) => How::Raw(last + 1),
                _ => How::Set(last + 1),
            };
            // The same process for what is set, so that no write overtakes another.
            let by = if key == SHARED { random.place(8) } else { self.place + key };
            writers.write(by, self.counts.namespace(), key as u64, how).await?
        };
        let mut ledger = self.ledger(key);
        if is_own {
            ledger.enter_own(value);
        } else {
            ledger.enter(value);
        }
        Ok(value)
    }

    async fn write_here(&self, key: usize, last: u64) -> rediscache::Result<u64> {
        match key {
            OWN => self.counts.set(key as u64, last + 1).await.map(|()| last + 1),
            _ => self.counts.increment(key as u64, 1).await,
        }
    }

    /// Reads until all is written.
    pub(crate) async fn read(&self, mut random: Random) {
        while !self.over.load(Ordering::Relaxed) {
            let key = random.place(KEYS);
            let (asked, floor) = {
                let ledger = self.ledger(key);
                let asked = Instant::now();
                (asked, ledger.floor(asked, self.bound))
            };
            Figures::count(&self.figures.reads);
            match self.read_once(key as u64, &mut random).await {
                Ok(value) => {
                    let mut ledger = self.ledger(key);
                    self.figures.age(ledger.staleness(value, asked));
                    if let Some(complaint) = ledger.complaint(value, floor, asked) {
                        self.figures.violate(format!("{}, key {key}: {complaint}", self.counts.namespace()));
                    }
                    ledger.enter(value);
                }
                // A right that was taken away is given back.
                Err(error) if error.is_retryable() || error.to_string().contains("ACL forbids") => {
                    Figures::count(&self.figures.failed);
                }
                Err(error) => self.figures.violate(format!("a read failed: {error:?}")),
            }
            match random.within(0..4) {
                0 => tokio::time::sleep(Duration::from_millis(1)).await,
                _ => tokio::task::yield_now().await,
            }
        }
    }

    async fn read_once(&self, key: u64, random: &mut Random) -> rediscache::Result<u64> {
        match random.within(0..8) {
            0 => self.counts.get_or(key, 0).await,
            1 => {
                let read = self.counts.get_many([key, 1000]).await?;
                Ok(read[0].unwrap_or(0))
            }
            // No value is ever removed.
            2 => match self.counts.contains(key).await? {
                true => Ok(self.counts.get(key).await?.unwrap_or(0)),
                false => Ok(0),
            },
            _ => Ok(self.counts.get(key).await?.unwrap_or(0)),
        }
    }

    fn ledger(&self, key: usize) -> MutexGuard<'_, Ledger> {
        self.ledgers[key].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
