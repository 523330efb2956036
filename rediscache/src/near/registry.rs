//! The near caches of a session, by namespace.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::Near;

/// How many namespaces may have near caches before those that nobody uses are looked for.
const NAMESPACES: usize = 1024;

/// What this process keeps of reads; of each namespace one near cache for each type and description.
#[derive(Default)]
pub(crate) struct NearCaches(RwLock<Registry>);

#[derive(Default)]
struct Registry {
    namespaces: HashMap<Box<str>, Vec<Registered>, ahash::RandomState>,
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
}

/// What is kept of one namespace.
pub(crate) trait Retire: Any + Send + Sync {
    /// Drops what is kept, and keeps nothing any more.
    fn retire(&self);
}

impl NearCaches {
    /// Looks at the near cache, if there is one.
    #[inline]
    pub(crate) fn look<N: Retire, T>(&self, namespace: &str, label: &Label, look: impl FnOnce(&N) -> T) -> Option<T> {
        self.read().find(namespace, label).map(|(_, cache)| look(cache))
    }

    /// The near cache, made if there is none; `None` when all are closed.
    pub(crate) fn get_or_make<N: Retire>(
        &self,
        namespace: &str,
        label: &Label,
        make: impl FnOnce() -> Arc<N>,
    ) -> Option<Arc<N>> {
        if let Some(cache) = self.read().find_shared(namespace, label) {
            return Some(cache);
        }
        let mut registry = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if registry.closed {
            return None;
        }
        if let Some(cache) = registry.find_shared(namespace, label) {
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
            let mut registry = self.0.write().unwrap_or_else(PoisonError::into_inner);
            registry.closed = true;
            std::mem::take(&mut registry.namespaces)
        };
        namespaces.values().for_each(|caches| retire(caches));
    }

    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn retire(caches: &[Registered]) {
    caches.iter().for_each(|registered| registered.cache.retire());
}

impl Registry {
    #[inline]
    fn find<N: Retire>(&self, namespace: &str, label: &Label) -> Option<(&Registered, &N)> {
        let alike = self.namespaces.get(namespace)?.iter().filter(|registered| registered.label == *label);
        let typed = |registered| Some((registered, as_any(registered).downcast_ref()?));
        let found = alike.filter_map(typed).next();
        // Written only where it changes, so that readers on several cores do not take the line from each other.
        if let Some((registered, _)) = found
            && !registered.used.load(Ordering::Relaxed)
        {
            registered.used.store(true, Ordering::Relaxed);
        }
        found
    }

    fn find_shared<N: Retire>(&self, namespace: &str, label: &Label) -> Option<Arc<N>> {
        let (registered, _) = self.find::<N>(namespace, label)?;
        let cache: Arc<dyn Any + Send + Sync> = Arc::<dyn Retire>::clone(&registered.cache);
        cache.downcast().ok()
    }

    /// Takes out caches of other namespaces when there are too many: those that nobody looked for since this was last
    /// done, or, where that are none, all that are not in use. So names that a program makes up as it goes do not pile up.
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

fn as_any(registered: &Registered) -> &dyn Any {
    &*registered.cache
}
