//! Reads of entries whose answers this process keeps, each until its own end.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::bounds::{NearValue, Value};
use crate::codec::{Codec, EncodedKey};
use crate::error::Result;
use crate::near::{Label, Near, NearCache, NearStats};
use crate::store::{Life, Packed, RedisEntries};
use crate::types::entry_name::{entry_name_of, near_key};
use crate::types::kept::{self, count_embedded, label, near_cache};
use crate::types::object::{Object, Target};
use crate::types::operation::{NearLook, NearRead, Operation};

/// How the reads of one cache are kept.
///
/// What can be done with a value is known where the description is given, and not in the methods of the cache.
pub(super) struct EntryReads<V> {
    /// As it was given.
    given: Near,
    /// The same as the life of entries has it.
    near: Near,
    get: NearLook<Option<V>>,
    get_or: NearLook<Option<V>>,
    contains: NearLook<bool>,
    get_many: GetMany<V>,
    look: fn(&Object, Near, &EncodedKey) -> Option<Option<V>>,
    bring: for<'a> fn(&'a Target, &Object, Near, EncodedKey) -> Bringing<'a>,
    stats: fn(&Object, Near) -> NearStats,
}

/// What those who load ask of how reads are kept: no more, since each call carries it.
pub(super) struct LoadReads<V> {
    near: Near,
    get: NearLook<Option<V>>,
    look: fn(&Object, Near, &EncodedKey) -> Option<Option<V>>,
    bring: for<'a> fn(&'a Target, &Object, Near, EncodedKey) -> Bringing<'a>,
}

type GetMany<V> = fn(&Object, Near, Result<Packed>) -> Operation<Vec<Option<V>>>;

type Bringing<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

impl<V> Clone for EntryReads<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for EntryReads<V> {}

impl<V> EntryReads<V> {
    /// How reads are kept.
    #[inline]
    pub(super) fn near(&self) -> Near {
        self.near
    }

    /// The same of entries that live like this.
    pub(super) const fn living(self, life: &Life) -> Self {
        Self { near: self.given.of_entries(life.fresh, life.stale), ..self }
    }
}

impl<V: Value> EntryReads<V> {
    pub(super) const fn new<C: Codec>(given: Near) -> Self
    where
        V: NearValue,
    {
        Self {
            given,
            near: given,
            get: NearLook { look: KeptEntries::<V, C>::look, call: |read| KeptEntries::<V, C>::get(read, "get") },
            get_or: NearLook { look: KeptEntries::<V, C>::look, call: |read| KeptEntries::<V, C>::get(read, "get_or") },
            contains: NearLook { look: KeptEntries::<V, C>::look_for, call: KeptEntries::<V, C>::contains },
            get_many: KeptEntries::<V, C>::get_many,
            look: kept::look::<V, C>,
            bring: KeptEntries::<V, C>::bring,
            stats: kept::stats::<V, C>,
        }
    }

    pub(super) fn get(&self, object: &Object, near: Near, key: Result<EncodedKey>) -> Operation<Option<V>> {
        read(object, "get", near, key, self.get)
    }

    pub(super) fn get_or(&self, object: &Object, near: Near, key: Result<EncodedKey>) -> Operation<Option<V>> {
        read(object, "get_or", near, key, self.get_or)
    }

    pub(super) fn contains(&self, object: &Object, near: Near, key: Result<EncodedKey>) -> Operation<bool> {
        read(object, "contains", near, key, self.contains)
    }

    pub(super) fn get_many(&self, object: &Object, near: Near, keys: Result<Packed>) -> Operation<Vec<Option<V>>> {
        (self.get_many)(object, near, keys)
    }

    #[inline]
    pub(super) fn for_loads(&self) -> LoadReads<V> {
        let Self { near, get, look, bring, .. } = *self;
        LoadReads { near, get, look, bring }
    }

    pub(super) fn stats(&self, object: &Object, near: Near) -> NearStats {
        (self.stats)(object, near)
    }
}

impl<V: Value> LoadReads<V> {
    pub(super) fn get(&self, object: &Object, key: EncodedKey) -> Operation<Option<V>> {
        read(object, "get", self.near, Ok(key), self.get)
    }

    /// What is kept of the entry, if it may be served.
    #[inline]
    pub(super) fn look(&self, object: &Object, key: &EncodedKey) -> Option<Option<V>> {
        match near_key(key) {
            Some(key) => (self.look)(object, self.near, &key),
            None => (self.look)(object, self.near, key),
        }
    }

    /// Reads an entry, so that this process keeps it.
    pub(super) fn bring<'a>(&self, at: &'a Target, object: &Object, key: EncodedKey) -> Bringing<'a> {
        (self.bring)(at, object, self.near, named(key))
    }
}

impl<V> Clone for LoadReads<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for LoadReads<V> {}

/// As it stands in the name of the entry.
fn named(key: EncodedKey) -> EncodedKey {
    near_key(&key).unwrap_or(key)
}

fn read<T: 'static>(
    object: &Object,
    operation: &'static str,
    near: Near,
    key: Result<EncodedKey>,
    look: NearLook<T>,
) -> Operation<T> {
    match key {
        Ok(key) => Operation::look(NearRead { object: object.clone(), near, key: named(key) }, look),
        Err(error) => Operation::reading(object, operation, |_| async { Err(error) }),
    }
}

/// The reads of values of type `V` in the form of codec `C`. A key is what stands for it in the name of its entry.
struct KeptEntries<V, C>(PhantomData<(V, C)>);

impl<V: NearValue, C: Codec> KeptEntries<V, C> {
    fn look(read: &NearRead) -> Option<Option<V>> {
        kept::look::<V, C>(&read.object, read.near, &read.key)
    }

    fn look_for(read: &NearRead) -> Option<bool> {
        Self::look(read).map(|value| value.is_some())
    }

    fn get(NearRead { object, near, key }: NearRead, operation: &'static str) -> Operation<Option<V>> {
        let label = label(&object, near);
        Operation::reading(&object, operation, move |at| async move {
            let Some((entries, cache)) = tracked::<V, C>(&at, &label)? else {
                count_embedded(&at, &label, 1);
                let name = entry_name_of(&at.key, key.as_slice());
                let stored = at.store()?.entries().get(&name, &life(near)).await?;
                return at.read::<V, C>(stored).await;
            };
            let (stored, keep) = ask(&at, entries, &cache, near, key).await?;
            let value = at.read::<V, C>(stored).await?;
            keep(value.as_ref());
            Ok(value)
        })
    }

    fn contains(NearRead { object, near, key }: NearRead) -> Operation<bool> {
        let label = label(&object, near);
        Operation::reading(&object, "contains", move |at| async move {
            let Some((entries, cache)) = tracked::<V, C>(&at, &label)? else {
                count_embedded(&at, &label, 1);
                let name = entry_name_of(&at.key, key.as_slice());
                return at.store()?.entries().contains(&name, life(near)).await;
            };
            let (stored, keep) = ask(&at, entries, &cache, near, key).await?;
            let is_there = stored.is_some();
            // Readable or not.
            keep(at.read::<V, C>(stored).await.ok().flatten().as_ref());
            Ok(is_there)
        })
    }

    fn get_many(object: &Object, near: Near, keys: Result<Packed>) -> Operation<Vec<Option<V>>> {
        let label = label(object, near);
        Operation::reading(object, "get_many", move |at| async move {
            let keys = keys?;
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            if let Some((entries, cache)) = tracked::<V, C>(&at, &label)? {
                return get_all::<V, C>(&at, entries, &cache, near, &keys).await;
            }
            count_embedded(&at, &label, keys.len() as u64);
            let names = keys.iter().map(|key| entry_name_of(&at.key, named(key.into()).as_slice())).collect();
            let stored = at.store()?.entries().get_many(&at.key, &names, life(near)).await?;
            let reader = at.reader::<V, C>(at.unknown_shapes::<C>(stored.iter().flatten())).await?;
            stored.iter().map(|stored| reader.read_if_any(stored.as_deref())).collect()
        })
    }

    fn bring<'a>(at: &'a Target, object: &Object, near: Near, key: EncodedKey) -> Bringing<'a> {
        let label = label(object, near);
        Box::pin(async move {
            if let Some((entries, cache)) = tracked::<V, C>(at, &label)? {
                let (stored, keep) = ask(at, entries, &cache, near, key).await?;
                keep(at.read::<V, C>(stored).await?.as_ref());
            }
            Ok(())
        })
    }
}

/// The life of entries, as far as it makes a difference to who reads.
fn life(near: Near) -> Life {
    Life { stale: near.stale_of_entries(), ..Life::of(Duration::MAX) }
}

/// The entries of a server, and what this process keeps of those of one cache.
type TrackedEntries<'a, V, C> = (&'a RedisEntries, Arc<NearCache<V, C>>);

/// Where to read and what is kept; `None` where the store itself is in this process.
fn tracked<'a, V: NearValue, C: Codec>(at: &'a Target, label: &Label) -> Result<Option<TrackedEntries<'a, V, C>>> {
    label.near.check()?;
    let Some(entries) = at.store()?.tracked_entries() else { return Ok(None) };
    Ok(Some((entries, near_cache(at, label, || entries.coherence(&at.key))?)))
}

/// Asks the server for an entry: what is stored and fresh. The answer is kept by what is handed back with it.
async fn ask<'a, V: NearValue, C: Codec>(
    at: &Target,
    entries: &RedisEntries,
    cache: &'a NearCache<V, C>,
    near: Near,
    key: EncodedKey,
) -> Result<(Option<Vec<u8>>, impl FnOnce(Option<&V>) + use<'a, V, C>)> {
    let ticket = cache.ticket(key.as_slice());
    let (found, provenance) = entries.tracked_find(&entry_name_of(&at.key, key.as_slice())).await?;
    let (left, length) = (found.as_ref().and_then(|found| found.left), found.as_ref().map(|found| found.value.len()));
    let keeps_absence = !entries.are_spread();
    let keep = move |value: Option<&V>| {
        if may_be_kept(value.is_some(), length.is_some(), keeps_absence) {
            let ends = near.end_of_entry(provenance.asked, left);
            cache.keep_until(ticket, provenance, ends, key, length.unwrap_or_default(), value);
        }
    };
    Ok((found.filter(|found| near.is_entry_fresh(found.left)).map(|found| found.value), keep))
}

/// Whether what was read is all that there is to know: what is there and stale, or cannot be read, is not taken for absent. On a
/// cluster, nobody tells when what was absent begins to be on another node, where its slot has moved to.
fn may_be_kept(is_read: bool, is_there: bool, keeps_absence: bool) -> bool {
    is_read == is_there && (is_there || keeps_absence)
}

async fn get_all<V: NearValue, C: Codec>(
    at: &Target,
    entries: &RedisEntries,
    cache: &NearCache<V, C>,
    near: Near,
    keys: &Packed,
) -> Result<Vec<Option<V>>> {
    let keys: Vec<EncodedKey> = keys.iter().map(|key| named(key.into())).collect();
    let mut seen: Vec<Option<Option<V>>> = keys.iter().map(|key| cache.look(key)).collect();
    let wanted: Vec<&EncodedKey> =
        keys.iter().zip(&seen).filter(|(_, seen)| seen.is_none()).map(|(key, _)| key).collect();
    if wanted.is_empty() {
        return Ok(seen.into_iter().flatten().collect());
    }
    let tickets: Vec<_> = wanted.iter().map(|key| cache.ticket(key.as_slice())).collect();
    let names = wanted.iter().map(|key| entry_name_of(&at.key, key.as_slice())).collect();
    let found = entries.tracked_find_many(&names).await?;
    at.learn::<V>(at.unknown_shapes::<C>(found.iter().filter_map(|(found, _)| Some(&found.as_ref()?.value)))).await?;
    let (reader, keeps_absence) = (at.knowing_reader::<V, C>(), !entries.are_spread());
    let mut answers = wanted.into_iter().zip(found).zip(tickets);
    for seen in seen.iter_mut().filter(|seen| seen.is_none()) {
        let Some(((key, (found, provenance)), ticket)) = answers.next() else { break };
        let fresh = found.as_ref().filter(|found| near.is_entry_fresh(found.left));
        let value = reader.read_if_any(fresh.map(|found| &*found.value))?;
        if may_be_kept(value.is_some(), found.is_some(), keeps_absence) {
            let (left, length) = found.map_or((None, 0), |found| (found.left, found.value.len()));
            let ends = near.end_of_entry(provenance.asked, left);
            cache.keep_until(ticket, provenance, ends, key.clone(), length, value.as_ref());
        }
        *seen = Some(value);
    }
    Ok(seen.into_iter().flatten().collect())
}
