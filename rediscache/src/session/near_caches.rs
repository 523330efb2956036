use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::tally::Tally;
use crate::near::Near;

/// How many namespaces may have near_caches before those that nobody uses are looked for.
const NAMESPACES: usize = 1024;

/// What this process keeps of reads, by cache; of each kind of cache one for each description.
#[derive(Default)]
pub(crate) struct NearCaches(RwLock<State>);

#[derive(Default)]
struct State {
    near_caches: HashMap<Box<str>, Vec<Place>>,
    closed: bool,
}

struct Place {
    label: Label,
    cache: Arc<dyn Registered>,
    /// Whether it was looked for since those that nobody uses were.
    used: AtomicBool,
}

/// What tells near_caches of one namespace apart, but for their type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) near: Near,
    pub(crate) global: bool,
}

/// What is kept of one namespace. Threads remember where they found it.
pub(crate) trait Registered: Any + Send + Sync {
    /// Drops what is kept, and keeps and serves nothing any more.
    fn retire(&self);

    fn is_retired(&self) -> bool;

    fn hits(&self) -> &Tally;
}

impl NearCaches {
    /// The cache, if there is one.
    pub(crate) fn find<S: Registered>(&self, namespace: &str, label: &Label) -> Option<Arc<S>> {
        self.state().find(namespace, label)
    }

    /// The cache, made if there is none; `None` when all are closed.
    pub(crate) fn cache<S: Registered>(
        &self,
        namespace: &str,
        label: &Label,
        make: impl FnOnce() -> Arc<S>,
    ) -> Option<Arc<S>> {
        if let Some(cache) = self.find(namespace, label) {
            return Some(cache);
        }
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        if let Some(cache) = state.find(namespace, label) {
            return Some(cache);
        }
        let unused = state.make_room(namespace);
        let cache = make();
        let place = Place { label: *label, cache: Arc::<S>::clone(&cache), used: AtomicBool::new(false) };
        state.near_caches.entry(namespace.into()).or_default().push(place);
        drop(state);
        retire(&unused);
        Some(cache)
    }

    /// Drops all that is kept, for good.
    pub(crate) fn close(&self) {
        let near_caches = {
            let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
            state.closed = true;
            std::mem::take(&mut state.near_caches)
        };
        near_caches.values().for_each(|places| retire(places));
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NearCaches {
    /// Threads may remember some for longer.
    fn drop(&mut self) {
        self.close();
    }
}

fn retire(places: &[Place]) {
    places.iter().for_each(|place| place.cache.retire());
}

impl State {
    fn find<S: Registered>(&self, namespace: &str, label: &Label) -> Option<Arc<S>> {
        let places = self.near_caches.get(namespace)?.iter().filter(|place| place.label == *label);
        let (place, cache) = places.filter_map(|place| Some((place, typed(&place.cache)?))).next()?;
        place.used.store(true, Ordering::Relaxed);
        Some(cache)
    }

    /// Takes out near_caches of other namespaces when there are too many: those that nobody looked for since this was last
    /// done, or, where that are none, all that no thread remembers. So names that a program makes up as it goes do not
    /// pile up.
    fn make_room(&mut self, namespace: &str) -> Vec<Place> {
        let mut unused = Vec::new();
        if self.near_caches.len() >= NAMESPACES && !self.near_caches.contains_key(namespace) {
            self.take_out(&mut unused, |place| place.used.swap(false, Ordering::Relaxed));
            if unused.is_empty() {
                self.take_out(&mut unused, |_| false);
            }
        }
        unused
    }

    fn take_out(&mut self, unused: &mut Vec<Place>, is_used: impl Fn(&Place) -> bool) {
        self.near_caches.retain(|_, places| {
            unused.extend(places.extract_if(.., |place| Arc::strong_count(&place.cache) == 1 && !is_used(place)));
            !places.is_empty()
        });
    }
}

/// The cache, where it is of this type.
pub(super) fn typed<S: Registered>(cache: &Arc<dyn Registered>) -> Option<Arc<S>> {
    let cache: Arc<dyn Any + Send + Sync> = Arc::<dyn Registered>::clone(cache);
    cache.downcast().ok()
}
