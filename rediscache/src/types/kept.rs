//! What this process keeps of the reads of an object, in its types.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::object::{Object, Target};
use crate::bounds::NearValue;
use crate::codec::{Codec, EncodedKey};
use crate::error::Result;
use crate::near::{Coherence, Label, Near, NearCache, NearStats, Retire, look_again, remember};
use crate::refusal;

pub(super) fn label(object: &Object, near: Near) -> Label {
    Label { near, global: object.global, meaning: object.meaning.id() }
}

/// What is kept under a key, if that may be served. No other work is done for a hit.
#[inline]
pub(super) fn look<V: NearValue, C: Codec>(object: &Object, near: Near, key: &EncodedKey) -> Option<Option<V>> {
    let label = label(object, near);
    let (session, namespace) = (object.session_number(), object.name());
    let look = |cache: &NearCache<V, C>| cache.look(key);
    look_again(session, namespace, &label, look).unwrap_or_else(|| {
        let cache = object.session()?.state().near_caches.find(namespace.as_str(), &label)?;
        remember(session, namespace, &label, Arc::<NearCache<V, C>>::clone(&cache));
        look(&cache)
    })
}

/// Where what is read is kept, made if it is not there yet.
pub(super) fn near_cache<V: NearValue, C: Codec>(
    at: &Target,
    label: &Label,
    coherence: impl FnOnce() -> Arc<Coherence>,
) -> Result<Arc<NearCache<V, C>>> {
    let make = || NearCache::new(label.near, coherence());
    at.session.state().near_caches.get_or_make(&at.namespace, label, make).ok_or_else(refusal::closed)
}

/// Counts so many keys that are read from a store in this process.
pub(super) fn count_embedded(at: &Target, label: &Label, keys: u64) {
    let near_caches = &at.session.state().near_caches;
    if let Some(embedded) = near_caches.get_or_make(&at.namespace, label, Arc::<Embedded>::default) {
        embedded.hits.fetch_add(keys, Ordering::Relaxed);
    }
}

pub(super) fn stats<V: NearValue, C: Codec>(object: &Object, near: Near) -> NearStats {
    let (namespace, label) = (object.namespace(), label(object, near));
    let Some(session) = object.session() else { return NearStats::default() };
    let near_caches = &session.state().near_caches;
    if let Some(cache) = near_caches.find::<NearCache<V, C>>(namespace, &label) {
        return cache.stats();
    }
    near_caches.find::<Embedded>(namespace, &label).map(|embedded| embedded.stats()).unwrap_or_default()
}

/// What a store in this process was asked for: it keeps nothing twice.
#[derive(Default)]
struct Embedded {
    hits: AtomicU64,
}

impl Embedded {
    fn stats(&self) -> NearStats {
        NearStats::of_hits(self.hits.load(Ordering::Relaxed))
    }
}

impl Retire for Embedded {
    fn retire(&self) {}

    fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), 0)
    }
}
