use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A count to which many threads add, each where no other does: one that all add to would pass from core to core.
#[derive(Default)]
pub(crate) struct Tally {
    /// What was added otherwise, or by threads that left.
    others: AtomicU64,
    threads: Mutex<Vec<Arc<AtomicU64>>>,
}

impl Tally {
    pub(crate) fn add(&self, count: u64) {
        self.others.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn sum(&self) -> u64 {
        let threads = self.threads();
        threads.iter().map(|own| own.load(Ordering::Relaxed)).sum::<u64>() + self.others.load(Ordering::Relaxed)
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Arc<AtomicU64>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where one thread counts, and no other.
pub(super) struct Own(Arc<AtomicU64>);

impl Own {
    pub(super) fn of(tally: &Tally) -> Self {
        let own = Arc::new(AtomicU64::new(0));
        tally.threads().push(Arc::clone(&own));
        Self(own)
    }

    /// Without the lock that adding takes where others add as well.
    pub(super) fn add_one(&self) {
        self.0.store(self.0.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    pub(super) fn leave(&self, tally: &Tally) {
        let mut threads = tally.threads();
        threads.retain(|own| !Arc::ptr_eq(own, &self.0));
        tally.add(self.0.load(Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_thread_added_is_counted_once() {
        let tally = Tally::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let own = Own::of(&tally);
                    (0..1_000).for_each(|_| own.add_one());
                    own.leave(&tally);
                });
            }
        });
        let own = Own::of(&tally);
        own.add_one();
        tally.add(5);
        assert_eq!(tally.sum(), 4_006);
    }
}
