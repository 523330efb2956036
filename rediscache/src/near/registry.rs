//! The near caches of a session, by namespace.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::Near;
use crate::codec::MeaningId;
use crate::namespace::Namespace;

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
    /// What its figures stand under: of a family, the name that its objects share.
    figures_of: Namespace,
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

    /// How many keys were served from it, and how many were not kept.
    fn hits_and_misses(&self) -> (u64, u64);
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
        name: &Namespace,
        label: &Label,
        make: impl FnOnce() -> Arc<N>,
    ) -> Option<Arc<N>> {
        let namespace = name.as_str();
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
        let figures_of = name.constant_part().map_or_else(|| name.clone(), Namespace::Static);
        let (label, used) = (*label, AtomicBool::new(false));
        let registered = Registered { label, cache: Arc::<N>::clone(&cache), figures_of, used };
        registry.namespaces.entry(namespace.into()).or_default().push(registered);
        drop(registry);
        retire(&unused);
        Some(cache)
    }

    /// What near caches did that are here: the namespace, whether the global one goes in front, hits and misses.
    pub(crate) fn figures(&self) -> Vec<(String, bool, u64, u64)> {
        let registry = self.read();
        let figures = registry.namespaces.values().flatten().map(|registered| {
            let (hits, misses) = registered.cache.hits_and_misses();
            (registered.figures_of.as_str().to_owned(), registered.label.global, hits, misses)
        });
        figures.collect()
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
