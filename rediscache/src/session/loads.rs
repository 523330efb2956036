//! The loads that are under way in this process, by what they load, so that one is shared by all who ask.

use std::any::{Any, TypeId};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::load_counts::LoadCounts;
use crate::codec::MeaningId;
use crate::error::Error;
use crate::shape::Schema;
use crate::swept::SweptMap;

/// The loads of a session.
#[derive(Debug, Default)]
pub(crate) struct Loads {
    entries: Mutex<LoadTable>,
    /// How many entries are in the table: most of the time none, and then nothing is looked up.
    crowd: AtomicUsize,
    /// How many loads were begun. What was begun after someone asked has a greater number than there was then.
    begun: AtomicU64,
    counts: Mutex<SweptMap<Box<str>, Arc<LoadCounts>, NAMESPACES>>,
}

type LoadTable = SweptMap<Box<str>, LoadedEntry, CROWD>;

/// What goes on with one entry.
#[derive(Debug, Default)]
struct LoadedEntry {
    under_way: Vec<Arc<Load>>,
    /// Until when there is no use in loading it anew, where there is a stale value.
    resting: Option<Instant>,
}

/// One load, for all who share it.
#[derive(Debug)]
struct Load {
    kind: LoadKind,
    progress: watch::Sender<LoadProgress>,
}

/// How far a load is.
#[derive(Clone, Debug, Default)]
enum LoadProgress {
    #[default]
    UnderWay,
    /// A write came between. It goes on for those who had asked when so many had been begun.
    Overtaken(u64),
    Over(LoadOutcome),
}

/// Those who give the same can share a load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LoadKind {
    /// Of the value and its form.
    pub(crate) value: TypeId,
    pub(crate) meaning: MeaningId,
    /// Of the error of the loader.
    pub(crate) error: TypeId,
}

/// What a load came to.
#[derive(Clone, Debug)]
pub(crate) struct LoadOutcome {
    pub(crate) brought: Brought,
    /// It holds what was so when this many loads had been begun, and says nothing of what came after.
    holds: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Brought {
    Value(Arc<LoadedBytes>),
    /// What the loader said, of the type that its kind has.
    Failure(Arc<dyn Any + Send + Sync>),
    Refusal(Arc<Error>),
    /// Whoever wants the value has to ask anew.
    Nothing,
}

/// A value in its stored form, and by which shape it is written, if it was written in this process.
#[derive(Debug)]
pub(crate) struct LoadedBytes {
    pub(crate) bytes: Vec<u8>,
    pub(crate) schema: Option<&'static Schema>,
}

/// What becomes of one who asks.
pub(crate) enum Joined {
    /// Nobody loads it: the one who asks has to.
    First(LoadUnderWay),
    /// Shares what another brings.
    Shares(LoadWait),
    /// Another loads it and cannot share an error.
    Waits(LoadWait),
}

/// A load in the table; it is taken out when this is dropped, and those who wait ask anew.
#[derive(Debug)]
pub(crate) struct LoadUnderWay {
    loads: Arc<Loads>,
    entry: Box<str>,
    load: Arc<Load>,
}

/// Waits for what a load brings.
#[derive(Debug)]
pub(crate) struct LoadWait(watch::Receiver<LoadProgress>);

/// How many entries may rest before those are looked for that do no more.
const CROWD: usize = 4096;

/// Of how many namespaces something is counted before those are let go in which nobody loads, with their counts.
const NAMESPACES: usize = 4096;

impl Loads {
    /// How many loads were begun so far.
    #[inline]
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Joins those who wait for the entry, or is the first.
    pub(crate) fn join(self: &Arc<Self>, entry: &str, kind: LoadKind) -> Joined {
        let mut entries = self.entries();
        entries.sweep(|entry| !entry.is_over(Instant::now()));
        let under_way = &mut entries.entry(entry.into()).or_default().under_way;
        if let Some(load) = under_way.iter().find(|load| load.kind == kind) {
            return Joined::Shares(LoadWait(load.progress.subscribe()));
        }
        let same = |load: &&Arc<Load>| load.kind.value == kind.value && load.kind.meaning == kind.meaning;
        if let Some(load) = under_way.iter().find(same) {
            return Joined::Waits(LoadWait(load.progress.subscribe()));
        }
        let load = Arc::new(Load { kind, progress: watch::Sender::default() });
        under_way.push(Arc::clone(&load));
        self.crowd.store(entries.len(), Ordering::SeqCst);
        Joined::First(LoadUnderWay { loads: Arc::clone(self), entry: entry.into(), load })
    }

    /// Whether there is no use in loading a stale entry anew: someone does, or failed lately.
    pub(crate) fn is_resting(&self, entry: &str) -> bool {
        let now = Instant::now();
        self.entries().get(entry).is_some_and(|entry| !entry.is_over(now))
    }

    /// Lets nobody else join those who load an entry: it was written.
    #[inline]
    pub(crate) fn end(&self, entry: &str) {
        if self.crowd.load(Ordering::SeqCst) > 0 {
            self.end_one(entry);
        }
    }

    /// The same of all entries of an object.
    pub(crate) fn end_all(&self, object: &str) {
        if self.crowd.load(Ordering::SeqCst) > 0 {
            self.end_below(object);
        }
    }

    #[cold]
    fn end_one(&self, entry: &str) {
        let mut entries = self.entries();
        let ended = entries.remove(entry);
        self.crowd.store(entries.len(), Ordering::SeqCst);
        drop((entries, ended));
    }

    #[cold]
    fn end_below(&self, object: &str) {
        let is_ended = |entry: &str| entry.strip_prefix(object).is_some_and(|rest| rest.starts_with(':'));
        let mut entries = self.entries();
        let ended: Vec<_> = entries.extract_if(|entry, _| is_ended(entry)).collect();
        self.crowd.store(entries.len(), Ordering::SeqCst);
        drop((entries, ended));
    }

    /// What is counted of a namespace.
    pub(crate) fn counts(&self, namespace: &str) -> Arc<LoadCounts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counts) = counts.get(namespace) {
            return Arc::clone(counts);
        }
        counts.sweep(|counts| Arc::strong_count(counts) > 1);
        Arc::clone(counts.entry(namespace.into()).or_default())
    }

    fn entries(&self) -> MutexGuard<'_, LoadTable> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoadedEntry {
    fn is_over(&self, now: Instant) -> bool {
        self.under_way.is_empty() && self.resting.is_none_or(|until| until <= now)
    }
}

impl LoadUnderWay {
    /// Begins a step. What is learned by it holds for those who have asked before.
    pub(crate) fn begin(&self) -> u64 {
        self.loads.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Waits for what it comes to.
    pub(crate) fn wait(&self) -> LoadWait {
        LoadWait(self.load.progress.subscribe())
    }

    /// Lets nobody else join, and sends those away who have asked since this step: the entry was written.
    pub(crate) fn leave(&self, began: u64) {
        self.take_out(None);
        self.load.progress.send_replace(LoadProgress::Overtaken(began));
    }

    /// Tells all who wait what came of it, for whom it holds, and that there is no use in loading a stale entry anew for so long.
    pub(crate) fn end(self, brought: Brought, holds: u64, rest: Duration) {
        self.take_out(Some(rest));
        self.load.progress.send_replace(LoadProgress::Over(LoadOutcome { brought, holds }));
    }

    fn take_out(&self, rest: Option<Duration>) {
        let mut entries = self.loads.entries();
        if let Some(entry) = entries.get_mut(&self.entry) {
            let before = entry.under_way.len();
            entry.under_way.retain(|load| !Arc::ptr_eq(load, &self.load));
            // Where it is not in there, a write has ended it, and then there is something else to load.
            if let Some(rest) = rest.filter(|rest| !rest.is_zero() && entry.under_way.len() < before) {
                entry.resting = Instant::now().checked_add(rest);
            }
            if entry.is_over(Instant::now()) {
                entries.remove(&self.entry);
            }
        }
        self.loads.crowd.store(entries.len(), Ordering::SeqCst);
    }
}

impl Drop for LoadUnderWay {
    fn drop(&mut self) {
        self.take_out(None);
    }
}

impl LoadWait {
    /// What came of the load; `None` when nobody will say, or it is not for one who asked when so many had been begun.
    pub(crate) async fn outcome(&mut self, asked: u64) -> Option<LoadOutcome> {
        let is_told = |progress: &LoadProgress| match progress {
            LoadProgress::UnderWay => false,
            LoadProgress::Overtaken(began) => asked >= *began,
            LoadProgress::Over(_) => true,
        };
        match self.0.wait_for(is_told).await.as_deref() {
            Ok(LoadProgress::Over(outcome)) => Some(outcome.clone()),
            _ => None,
        }
    }
}

impl LoadOutcome {
    /// Whether one may have it who asked when so many loads had been begun.
    pub(crate) fn is_for(&self, asked: u64) -> bool {
        asked < self.holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Meaning;

    fn kind<E: 'static>() -> LoadKind {
        LoadKind { value: TypeId::of::<u64>(), meaning: Meaning::new().id(), error: TypeId::of::<E>() }
    }

    fn first(loads: &Arc<Loads>) -> LoadUnderWay {
        match loads.join("a", kind::<u8>()) {
            Joined::First(load) => load,
            _ => panic!("someone loads"),
        }
    }

    fn is_for(asked: u64, load: LoadUnderWay, holds: u64, mut wait: LoadWait) -> bool {
        load.end(Brought::Nothing, holds, Duration::ZERO);
        let outcome = futures_util::FutureExt::now_or_never(wait.outcome(asked));
        outcome.flatten().expect("it has ended").is_for(asked)
    }

    #[test]
    fn what_a_step_says_holds_for_those_who_have_asked_before_it() {
        for (step, may) in [(0, [true, false, false]), (1, [true, true, false])] {
            for (asked, may) in may.into_iter().enumerate() {
                let loads = Arc::new(Loads::default());
                let load = first(&loads);
                let mut times = vec![loads.begun()];
                let steps = [0, 1].map(|_| {
                    let number = load.begin();
                    times.push(loads.begun());
                    number
                });
                let Joined::Shares(wait) = loads.join("a", kind::<u8>()) else { panic!("it is under way") };
                assert_eq!(is_for(times[asked], load, steps[step], wait), may);
            }
        }
    }

    #[test]
    fn who_has_another_error_waits_and_whoever_asks_after_a_write_is_the_first() {
        let loads = Arc::new(Loads::default());
        let load = first(&loads);
        assert!(matches!(loads.join("a", kind::<u16>()), Joined::Waits(_)));
        assert!(matches!(loads.join("b", kind::<u8>()), Joined::First(_)));
        loads.end("a");
        let next = first(&loads);
        drop(load);
        assert!(matches!(loads.join("a", kind::<u8>()), Joined::Shares(_)));
        drop(next);
        drop(first(&loads));
    }

    #[test]
    fn whoever_asked_since_a_load_began_that_was_overtaken_is_sent_away() {
        let loads = Arc::new(Loads::default());
        let load = first(&loads);
        let began = load.begin();
        let Joined::Shares(mut wait) = loads.join("a", kind::<u8>()) else { panic!("it is under way") };
        load.leave(began);
        let mut outcome = |asked| futures_util::FutureExt::now_or_never(wait.outcome(asked));
        assert!(outcome(began - 1).is_none());
        assert!(outcome(began).is_some_and(|outcome| outcome.is_none()));
        drop(first(&loads));
    }

    #[tokio::test(start_paused = true)]
    async fn an_entry_rests_for_its_time_or_until_it_is_written() {
        let loads = Arc::new(Loads::default());
        let rest = || first(&loads).end(Brought::Nothing, u64::MAX, Duration::from_secs(1));
        rest();
        assert!(loads.is_resting("a"));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!loads.is_resting("a"));
        rest();
        loads.end("a");
        assert!(!loads.is_resting("a"));
    }
}
