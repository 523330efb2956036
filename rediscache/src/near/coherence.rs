//! What must hold for values that were read to be kept in this process, and to be served from there. Knows no store: what
//! is read is a scope of named entries, whichever keys they have in Redis.

use std::sync::{LazyLock, PoisonError, Weak};
use std::time::Instant;

use super::sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How many entries share one count of changes.
const STRIPES: usize = 64;

/// Never, as a time.
pub(crate) const NEVER: u64 = u64::MAX;

/// Nanoseconds on a clock that only goes up.
pub(crate) fn now() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // Above zero, which stands for a time long past.
    let elapsed = START.elapsed();
    elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos()) + 1
}

/// What is kept of one scope, in one type.
pub(crate) trait Invalidate: Send + Sync {
    fn forget(&self, entry: &[u8]);
    fn forget_all(&self);
}

/// Guards what is kept of one scope: entries by name, such as the fields of a hash.
///
/// A reader takes a [`ReadTicket`] before it asks the server, and keeps the answer only if nothing was dropped since that the
/// ticket is for. Checking and keeping are one step, as are counting a change and dropping what it concerns.
pub(crate) struct Coherence {
    /// For logs.
    scope: Box<str>,
    /// Whether those who write publish the entries they change.
    published: AtomicBool,
    /// Whether someone relies on the server to tell of changes.
    tracked: AtomicBool,
    /// Whether its entries are read from several servers, each of which tells of those that it has.
    is_spread: bool,
    basis: RwLock<Basis>,
    /// How often all was dropped.
    generation: AtomicU64,
    stripes: [Stripe; STRIPES],
    /// When the server was last known to have told of all changes so far; zero when nothing may be served.
    heard: AtomicU64,
    /// When the scope ends as a whole.
    ends: AtomicU64,
    /// The least staleness that someone asks for, in nanoseconds.
    bound: AtomicU64,
    /// Whether something was served since the last sign of life.
    used: AtomicBool,
    invalidations: AtomicU64,
}

/// What everything kept stands on.
struct Basis {
    /// The connections that tell of changes. More than one only where entries lie on several servers.
    sources: Vec<ChangeSource>,
    near_caches: Vec<Weak<dyn Invalidate>>,
}

/// A connection that tells of changes.
struct ChangeSource {
    /// Not zero.
    number: u64,
    /// When it was last known to have told of all changes so far; zero while that is not known.
    heard: AtomicU64,
}

/// The changes of some entries, counted before what they concern is dropped.
struct Stripe {
    changes: AtomicU64,
    /// Held by who keeps and by who drops.
    lock: Mutex<()>,
}

/// What was not dropped yet when it was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadTicket {
    generation: u64,
    stripe: usize,
    changes: u64,
}

/// Where an answer came from, and how long it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provenance {
    /// The connection; zero when it does not tell of changes.
    pub(crate) source: u64,
    /// A time before the server was asked.
    pub(crate) asked: u64,
    /// When the scope ends as a whole.
    pub(crate) ends: u64,
}

/// What a change concerns.
#[derive(Clone, Copy)]
pub(crate) enum Change<'a> {
    Entry(&'a [u8]),
    Entries(&'a [&'a [u8]]),
    All,
}

impl<'a> Change<'a> {
    /// Where no entry is named, it may be any.
    pub(crate) fn of(entries: &'a [&'a [u8]]) -> Self {
        if entries.is_empty() { Self::All } else { Self::Entries(entries) }
    }
}

impl Coherence {
    /// Of entries that lie on one server.
    pub(crate) fn new(scope: &str) -> Self {
        Self::of(scope, false)
    }

    /// Of entries that may lie on several servers, and end one by one.
    pub(crate) fn spread(scope: &str) -> Self {
        Self::of(scope, true)
    }

    fn of(scope: &str, is_spread: bool) -> Self {
        Self {
            scope: scope.into(),
            published: AtomicBool::new(false),
            tracked: AtomicBool::new(false),
            is_spread,
            basis: RwLock::new(Basis { sources: Vec::new(), near_caches: Vec::new() }),
            generation: AtomicU64::new(0),
            stripes: std::array::from_fn(|_| Stripe { changes: AtomicU64::new(0), lock: Mutex::new(()) }),
            heard: AtomicU64::new(0),
            ends: AtomicU64::new(NEVER),
            bound: AtomicU64::new(NEVER),
            used: AtomicBool::new(false),
            invalidations: AtomicU64::new(0),
        }
    }

    pub(crate) fn scope(&self) -> &str {
        &self.scope
    }

    /// Says that those who write publish.
    pub(crate) fn publish(&self) {
        self.published.store(true, Ordering::Release);
    }

    pub(crate) fn is_published(&self) -> bool {
        self.published.load(Ordering::Acquire)
    }

    /// Says that the server is relied on.
    pub(crate) fn track(&self) {
        self.tracked.store(true, Ordering::Release);
    }

    pub(crate) fn is_tracked(&self) -> bool {
        self.tracked.load(Ordering::Acquire)
    }

    pub(crate) fn bound(&self) -> u64 {
        self.bound.load(Ordering::Relaxed)
    }

    /// Tells a cache of changes. It serves nothing that is older than `bound`.
    pub(crate) fn add(&self, cache: Weak<dyn Invalidate>, bound: u64) {
        self.bound.fetch_min(bound, Ordering::Relaxed);
        let mut basis = self.basis_mut();
        basis.near_caches.retain(|cache| cache.strong_count() > 0);
        basis.near_caches.push(cache);
    }

    /// Whether something kept may be served now that `bound` allows a server to be silent for so long.
    #[inline]
    pub(crate) fn is_fresh(&self, now: u64, bound: u64) -> bool {
        if now >= self.ends.load(Ordering::Acquire) {
            self.forget_ended(now);
            return false;
        }
        let heard = self.heard.load(Ordering::Acquire);
        if heard == 0 || now.saturating_sub(heard) >= bound {
            return false;
        }
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        true
    }

    /// Whether something was served since this was last asked.
    pub(crate) fn take_used(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn invalidations(&self) -> u64 {
        self.invalidations.load(Ordering::Relaxed)
    }

    pub(crate) fn ticket(&self, entry: &[u8]) -> ReadTicket {
        // Taken while something is dropped, it is as one taken after: what it allows to be kept waits until then.
        let generation = self.generation.load(Ordering::Acquire);
        let stripe = stripe_of(entry);
        let changes = self.stripes[stripe].changes.load(Ordering::Acquire);
        ReadTicket { generation, stripe, changes }
    }

    /// Keeps what was read with `ticket`, if it still holds.
    pub(crate) fn keep(&self, ticket: ReadTicket, provenance: Provenance, keep: impl FnOnce()) {
        let basis = self.basis();
        let is_same = self.generation.load(Ordering::Acquire) == ticket.generation;
        if !is_same || basis.find(provenance.source).is_none() {
            return;
        }
        let stripe = &self.stripes[ticket.stripe];
        let _alone = stripe.lock();
        if stripe.changes.load(Ordering::Acquire) == ticket.changes {
            if provenance.ends < self.ends.load(Ordering::Acquire) {
                self.ends.fetch_min(provenance.ends, Ordering::AcqRel);
            }
            keep();
        }
    }

    /// Has the connection tell of changes from now on, in place of another, or beside it where entries lie on several servers.
    /// Whether it did already.
    pub(crate) fn rely_on(&self, source: u64) -> bool {
        if self.basis().find(source).is_some() {
            return true;
        }
        let mut basis = self.basis_mut();
        if basis.find(source).is_some() {
            return true;
        }
        if !self.is_spread && !basis.sources.is_empty() {
            // What is on its way from the other is not kept, so that the two do not take turns.
            self.forget_on(&mut basis);
            basis.sources.clear();
        }
        basis.sources.push(ChangeSource { number: source, heard: AtomicU64::new(0) });
        self.heard.store(0, Ordering::Release);
        false
    }

    /// Notes that the connection has told of all that happened until `heard`.
    pub(crate) fn hear(&self, source: u64, heard: u64) {
        let basis = self.basis();
        if let Some(source) = basis.find(source) {
            source.heard.fetch_max(heard, Ordering::AcqRel);
            // Whose entry is asked for is not known: all must have been heard.
            self.heard.fetch_max(basis.heard(), Ordering::AcqRel);
        }
    }

    /// The connection does not tell of changes any more.
    pub(crate) fn lose(&self, source: u64) {
        let mut basis = self.basis_mut();
        if basis.find(source).is_some() {
            basis.sources.retain(|other| other.number != source);
            self.invalidations.fetch_add(1, Ordering::Relaxed);
            self.forget_on(&mut basis);
            // Not before: what is kept may be of the one that was lost, and the others were heard of since.
            self.heard.store(basis.heard(), Ordering::Release);
        }
    }

    /// Someone made a change.
    pub(crate) fn invalidate(&self, change: Change<'_>) {
        self.invalidations.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(scope = self.scope(), all = matches!(change, Change::All), "told of a change");
        self.forget(change);
    }

    /// Drops what a change concerns.
    pub(crate) fn forget(&self, change: Change<'_>) {
        match change {
            Change::Entry(entry) => self.forget_entry(entry),
            Change::Entries(entries) => entries.iter().for_each(|entry| self.forget_entry(entry)),
            Change::All => self.forget_all(),
        }
    }

    fn forget_entry(&self, entry: &[u8]) {
        let basis = self.basis();
        let stripe = &self.stripes[stripe_of(entry)];
        let _alone = stripe.lock();
        stripe.changes.fetch_add(1, Ordering::AcqRel);
        basis.near_caches.iter().filter_map(Weak::upgrade).for_each(|cache| cache.forget(entry));
    }

    fn forget_all(&self) {
        self.forget_on(&mut self.basis_mut());
    }

    /// Drops everything, unless someone else has: all who look at that moment find that it has ended.
    fn forget_ended(&self, now: u64) {
        let mut basis = self.basis_mut();
        if now >= self.ends.load(Ordering::Acquire) {
            self.forget_on(&mut basis);
        }
    }

    fn forget_on(&self, basis: &mut Basis) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        basis.near_caches.iter().filter_map(Weak::upgrade).for_each(|cache| cache.forget_all());
        // Those who look meanwhile are not to take what is left for fresh.
        self.ends.store(NEVER, Ordering::Release);
    }

    fn basis(&self) -> RwLockReadGuard<'_, Basis> {
        self.basis.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn basis_mut(&self) -> RwLockWriteGuard<'_, Basis> {
        self.basis.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Basis {
    fn find(&self, source: u64) -> Option<&ChangeSource> {
        self.sources.iter().find(|other| other.number == source)
    }

    /// When all of them were last heard; zero where there is none.
    fn heard(&self) -> u64 {
        self.sources.iter().map(|source| source.heard.load(Ordering::Acquire)).min().unwrap_or(0)
    }
}

impl Stripe {
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which entries share a count makes no difference to what is right: FNV-1a is short.
fn stripe_of(entry: &[u8]) -> usize {
    let hash = entry.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 16)) as usize % STRIPES
}
