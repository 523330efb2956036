//! Where what was taken for those who look comes to them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::line::{KeptOpen, Line};
use super::source::Source;
use crate::store::WeakStore;

/// Of one source: those who ask, and what is on its way to them.
pub(super) struct Lookout<S: Source> {
    line: OnceLock<(Weak<Line<S>>, WeakStore)>,
    /// What keeps the store open while items are on their way, by their first number.
    kept: Mutex<Vec<(u64, KeptOpen<S>)>>,
}

impl<S: Source> Lookout<S> {
    /// Is told of those who ask, once.
    pub(super) fn begin(&self, line: &Arc<Line<S>>, store: &WeakStore) {
        let _ = self.line.set((Arc::downgrade(line), store.clone()));
    }

    /// Those who ask.
    pub(super) fn line(&self) -> Option<Arc<Line<S>>> {
        self.line.get()?.0.upgrade()
    }

    /// What keeps the dispatcher at work, and the store open.
    pub(super) fn keep(&self) -> Option<KeptOpen<S>> {
        let (line, store) = self.line.get()?;
        line.upgrade()?.keep(store.upgrade()?)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(u64, KeptOpen<S>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is on its way, with the first number that is given; `None` where nobody is left who would bring it back.
    pub(super) fn depart(&self, first: impl FnOnce() -> u64) -> Option<u64> {
        let (kept, first) = (self.keep()?, first());
        self.kept().push((first, kept));
        Some(first)
    }

    /// What was taken for those who looked with these tickets.
    pub(super) fn arrive(&self, tickets: &[u64], items: Vec<S::Item>) {
        if let Some(line) = self.line() {
            line.arrive(tickets, items, self.keep().as_ref());
        }
    }

    /// What was on its way with this first number is here, or will not come.
    pub(super) fn landed(&self, first: u64) {
        let mut kept = self.kept();
        let landed = kept.iter().position(|kept| kept.0 == first).map(|at| kept.swap_remove(at));
        drop(kept);
        // It may be the last that keeps the store open.
        drop(landed);
    }
}

impl<S: Source> Default for Lookout<S> {
    fn default() -> Self {
        Self { line: OnceLock::new(), kept: Mutex::default() }
    }
}
