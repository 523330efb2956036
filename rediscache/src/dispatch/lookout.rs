//! Where what was taken for those who look comes to them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::delivery::DispatcherMessage;
use super::line::{KeptOpen, Line};
use super::source::Source;
use crate::store::WeakStore;

/// Of one source: those who ask, and what is on its way to them.
pub(crate) struct Lookout<S: Source> {
    line: OnceLock<(Weak<Line<S>>, WeakStore)>,
    under_way: Mutex<Departures<S>>,
}

struct Departures<S: Source> {
    /// What keeps the store open while items are on their way, by their first number.
    kept: Vec<(u64, KeptOpen<S>)>,
    /// Others go back.
    is_held: bool,
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

    fn under_way(&self) -> MutexGuard<'_, Departures<S>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something is on its way, with the first number that is given; `None` where nobody is left who would bring it back, and
    /// during a [`hold`](Self::hold).
    pub(super) fn depart(&self, first: impl FnOnce() -> u64) -> Option<u64> {
        let kept = self.keep()?;
        let mut under_way = self.under_way();
        if under_way.is_held {
            return None;
        }
        let first = first();
        under_way.kept.push((first, kept));
        Some(first)
    }

    /// What was taken for those who looked with these tickets, from this number on.
    pub(super) fn arrive(&self, first: u64, tickets: &[u64], items: Vec<S::Item>) {
        if let Some(line) = self.line() {
            line.arrive(first, tickets, items, self.keep().as_ref());
        }
    }

    /// What was on its way with this first number is here, or will not come.
    pub(super) fn landed(&self, first: u64) {
        let mut under_way = self.under_way();
        let at = under_way.kept.iter().position(|kept| kept.0 == first);
        let landed = at.map(|at| under_way.kept.swap_remove(at).1);
        let is_awaited = under_way.is_held && under_way.kept.is_empty();
        drop(under_way);
        if is_awaited && let Some(KeptOpen { dispatcher, .. }) = &landed {
            let _ = dispatcher.send(DispatcherMessage::Landed);
        }
        // It may be the last that keeps the store open.
        drop(landed);
    }

    /// Has nothing be taken until it is dropped, so that what goes back comes to lie where it was. Nobody may be in line who
    /// looks: none are while there is something that they do not want, and whoever comes then waits.
    pub(super) fn hold(&self) -> Standstill<'_, S> {
        self.under_way().is_held = true;
        Standstill(self)
    }
}

/// Nothing is taken.
pub(super) struct Standstill<'a, S: Source>(&'a Lookout<S>);

impl<S: Source> Standstill<'_, S> {
    /// Whether nothing is on its way that was taken before.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.under_way().kept.is_empty()
    }
}

impl<S: Source> Drop for Standstill<'_, S> {
    fn drop(&mut self) {
        self.0.under_way().is_held = false;
    }
}

impl<S: Source> Default for Lookout<S> {
    fn default() -> Self {
        let under_way = Departures { kept: Vec::new(), is_held: false };
        Self { line: OnceLock::new(), under_way: Mutex::new(under_way) }
    }
}
