//! Where a thread found near_caches before, so that it finds them again without a lock.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::near_caches::{Label, Registered, typed};
use super::tally::Own;
use crate::namespace::Namespace;
use crate::near::Near;

/// How many places a thread remembers.
const PLACES: usize = 16;

thread_local! {
    static MEMO: RefCell<[Option<Place>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

/// A cache, and how it was found.
struct Place {
    session: u64,
    namespace: Namespace,
    label: Label,
    cache: Arc<dyn Registered>,
    hits: Own,
}

/// What is looked for: a cache in the session of this number.
pub(crate) struct Wanted<'a> {
    pub(crate) session: u64,
    pub(crate) namespace: &'a Namespace,
    pub(crate) near: &'a Near,
    pub(crate) global: bool,
}

impl Wanted<'_> {
    /// Looks into the cache, which `find` finds if this thread has not done so before. What is seen counts as a hit.
    #[inline]
    pub(crate) fn look<S: Registered, T>(
        &self,
        find: impl FnOnce() -> Option<Arc<S>>,
        look: impl Fn(&S) -> Option<T>,
    ) -> Option<T> {
        let known = self.recall(|place| {
            let cache: &dyn Any = &*place.cache;
            let cache = cache.downcast_ref::<S>().filter(|cache| !cache.is_retired())?;
            let seen = look(cache);
            if seen.is_some() {
                place.hits.add_one();
            }
            Some(seen)
        });
        match known {
            Some(seen) => seen,
            None => self.look_anew(find()?, look),
        }
    }

    /// The cache, if this thread found it before.
    pub(crate) fn again<S: Registered>(&self) -> Option<Arc<S>> {
        self.recall(|place| typed(&place.cache).filter(|cache: &Arc<S>| !cache.is_retired()))
    }

    pub(crate) fn label(&self) -> Label {
        Label { near: *self.near, global: self.global }
    }

    #[cold]
    fn look_anew<S: Registered, T>(&self, cache: Arc<S>, look: impl Fn(&S) -> Option<T>) -> Option<T> {
        let seen = look(&cache);
        if seen.is_some() {
            cache.hits().add(1);
        }
        self.remember(cache);
        seen
    }

    #[inline]
    fn recall<T>(&self, look: impl FnOnce(&Place) -> Option<T>) -> Option<T> {
        // Not where the thread is about to end. What `look` runs may come by here again.
        let recalled = MEMO.try_with(|memo| {
            let memo = memo.try_borrow().ok()?;
            let place = memo[self.at()].as_ref().filter(|place| self.is_at(place))?;
            look(place)
        });
        recalled.ok().flatten()
    }

    fn remember(&self, cache: Arc<dyn Registered>) {
        let hits = Own::of(cache.hits());
        let (session, namespace, label) = (self.session, self.namespace.clone(), self.label());
        let place = Place { session, namespace, label, cache, hits };
        let last = MEMO.try_with(|memo| memo.try_borrow_mut().ok()?[self.at()].replace(place));
        // With the memo free: it may be the last to hold on to what was kept there.
        drop(last);
    }

    /// Where it is remembered, if it is.
    #[inline]
    fn at(&self) -> usize {
        let namespace = self.namespace.as_str().as_bytes();
        let last = namespace.last().copied().map_or(0, usize::from);
        let session = usize::try_from(self.session % PLACES as u64).unwrap_or_default();
        (namespace.len().wrapping_mul(7) ^ last ^ session) % PLACES
    }

    #[inline]
    fn is_at(&self, place: &Place) -> bool {
        place.session == self.session
            && place.namespace.is(self.namespace)
            && place.label.global == self.global
            && place.label.near == *self.near
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hits.leave(self.cache.hits());
    }
}
