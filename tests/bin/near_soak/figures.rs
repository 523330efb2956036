use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many violations are told in full.
const TOLD: usize = 10;

/// What was done, and what was seen.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) reads: AtomicU64,
    /// Reads that the harm kept from an answer.
    pub(crate) failed: AtomicU64,
    /// In nanoseconds.
    worst: AtomicU64,
    violations: Mutex<Vec<String>>,
}

/// What the caches count.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) invalidations: u64,
}

impl Sums {
    pub(crate) fn add(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            misses: self.misses + other.misses,
            invalidations: self.invalidations + other.invalidations,
        }
    }
}

impl Figures {
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of how old something was that was read.
    pub(crate) fn age(&self, staleness: Duration) {
        self.worst.fetch_max(u64::try_from(staleness.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn worst(&self) -> Duration {
        Duration::from_nanos(self.worst.load(Ordering::Relaxed))
    }

    pub(crate) fn violate(&self, violation: String) {
        let mut violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        if violations.len() < TOLD {
            eprintln!("violation: {violation}");
        }
        violations.push(violation);
    }

    pub(crate) fn violations(&self) -> usize {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        write!(
            f,
            "{} reads, {} of them failed, worst staleness {:?}, {} violations",
            load(&self.reads),
            load(&self.failed),
            self.worst(),
            self.violations()
        )
    }
}
