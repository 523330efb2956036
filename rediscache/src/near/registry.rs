//! The near caches of a session, by namespace.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::Near;
use crate::codec::MeaningId;

/// How many namespaces may have near caches before those that nobody uses are looked for.
const NAMESPACES: usize = 1024;

/// What this process keeps of reads; of each namespace one near cache for each type and description.
pub(crate) struct NearCaches {
    /// No other session of this process has it, before or after. Not zero.
    session: u64,
    registry: RwLock<Registry>,
}

#[derive(Default)]
struct Registry {
    namespaces: HashMap<Box<str>, Vec<Registered>>,
    closed: bool,
}

struct Registered {
    label: Label,
    cache: Arc<dyn Retire>,
    /// Whether it was looked for since those that nobody uses were.
    used: AtomicBool,
}

/// What tells near caches of one namespace apart, but for their type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Label {
    pub(crate) near: Near,
    pub(crate) global: bool,
    pub(crate) meaning: MeaningId,
}

/// What is kept of one namespace.
pub(crate) trait Retire: Any + Send + Sync {
    /// Drops what is kept, and keeps nothing any more.
    fn retire(&self);
}

impl NearCaches {
    /// The number of the session.
    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// The near cache, if there is one.
    pub(crate) fn find<N: Retire>(&self, namespace: &str, label: &Label) -> Option<Arc<N>> {
        self.read().find(namespace, label)
    }

    /// The near cache, made if there is none; `None` when all are closed.
    pub(crate) fn get_or_make<N: Retire>(
        &self,
        namespace: &str,
        label: &Label,
        make: impl FnOnce() -> Arc<N>,
    ) -> Option<Arc<N>> {
        if let Some(cache) = self.find(namespace, label) {
            return Some(cache);
        }
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        if registry.closed {
            return None;
        }
        if let Some(cache) = registry.find(namespace, label) {
            return Some(cache);
        }
        let unused = registry.make_room(namespace);
        let cache = make();
        let registered = Registered { label: *label, cache: Arc::<N>::clone(&cache), used: AtomicBool::new(false) };
        registry.namespaces.entry(namespace.into()).or_default().push(registered);
        drop(registry);
        retire(&unused);
        Some(cache)
    }

    /// Drops all that is kept, for good.
    pub(crate) fn close(&self) {
        let namespaces = {
            let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
            registry.closed = true;
            std::mem::take(&mut registry.namespaces)
        };
        namespaces.values().for_each(|caches| retire(caches));
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for NearCaches {
    fn default() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self { session: LAST.fetch_add(1, Ordering::Relaxed) + 1, registry: RwLock::default() }
    }
}

impl Drop for NearCaches {
    /// Threads may remember some for longer.
    fn drop(&mut self) {
        self.close();
    }
}

fn retire(caches: &[Registered]) {
    caches.iter().for_each(|registered| registered.cache.retire());
}

impl Registry {
    fn find<N: Retire>(&self, namespace: &str, label: &Label) -> Option<Arc<N>> {
        let alike = self.namespaces.get(namespace)?.iter().filter(|registered| registered.label == *label);
        let typed = |registered: &Registered| {
            let cache: Arc<dyn Any + Send + Sync> = Arc::<dyn Retire>::clone(&registered.cache);
            let cache = cache.downcast().ok()?;
            registered.used.store(true, Ordering::Relaxed);
            Some(cache)
        };
        alike.filter_map(typed).next()
    }

    /// Takes out caches of other namespaces when there are too many: those that nobody looked for since this was last
    /// done, or, where that are none, all that no thread remembers. So names that a program makes up as it goes do not pile up.
    fn make_room(&mut self, namespace: &str) -> Vec<Registered> {
        let mut unused = Vec::new();
        if self.namespaces.len() >= NAMESPACES && !self.namespaces.contains_key(namespace) {
            self.take_out(&mut unused, |registered| registered.used.swap(false, Ordering::Relaxed));
            if unused.is_empty() {
                self.take_out(&mut unused, |_| false);
            }
        }
        unused
    }

    fn take_out(&mut self, unused: &mut Vec<Registered>, is_used: impl Fn(&Registered) -> bool) {
        self.namespaces.retain(|_, caches| {
            unused.extend(caches.extract_if(.., |cache| Arc::strong_count(&cache.cache) == 1 && !is_used(cache)));
            !caches.is_empty()
        });
    }
}
