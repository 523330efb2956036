//! Reads of a cache whose answers this process keeps.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::bounds::{NearValue, Value};
use crate::codec::{Codec, EncodedKey};
use crate::error::Result;
use crate::near::{Label, Near, NearCache, NearStats};
use crate::store::{HashStore, Packed, RedisHash};
use crate::types::kept::{self, count_embedded, label, near_cache};
use crate::types::object::{Object, Target};
use crate::types::operation::{NearLook, NearRead, Operation};

type One<V> = Operation<Option<V>>;
type Many<V> = Operation<Vec<Option<V>>>;

/// How the reads of one cache are kept.
///
/// What can be done with a value is known where the description is given, and not in the methods of the cache.
pub(super) struct Reads<V> {
    near: Near,
    get: NearLook<Option<V>>,
    get_or: NearLook<Option<V>>,
    contains: NearLook<bool>,
    get_many: fn(&Object, Near, Result<Packed>) -> Many<V>,
    stats: fn(&Object, Near) -> NearStats,
}

impl<V> Clone for Reads<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Reads<V> {}

impl<V> Reads<V> {
    pub(super) fn near(&self) -> &Near {
        &self.near
    }
}

impl<V: Value> Reads<V> {
    pub(super) const fn new<C: Codec>(near: Near) -> Self
    where
        V: NearValue,
    {
        Self {
            near,
            get: NearLook { look: Kept::<V, C>::look, call: |read| Kept::<V, C>::get(read, "get") },
            get_or: NearLook { look: Kept::<V, C>::look, call: |read| Kept::<V, C>::get(read, "get_or") },
            contains: NearLook { look: Kept::<V, C>::look_for, call: Kept::<V, C>::contains },
            get_many: Kept::<V, C>::get_many,
            stats: kept::stats::<V, C>,
        }
    }

    #[inline]
    pub(super) fn get(&self, object: &Object, key: Result<EncodedKey>) -> One<V> {
        self.read(object, "get", key, self.get)
    }

    pub(super) fn get_or(&self, object: &Object, key: Result<EncodedKey>) -> One<V> {
        self.read(object, "get_or", key, self.get_or)
    }

    #[inline]
    pub(super) fn contains(&self, object: &Object, key: Result<EncodedKey>) -> Operation<bool> {
        self.read(object, "contains", key, self.contains)
    }

    pub(super) fn get_many(&self, object: &Object, keys: Result<Packed>) -> Many<V> {
        (self.get_many)(object, self.near, keys)
    }

    pub(super) fn stats(&self, object: &Object) -> NearStats {
        (self.stats)(object, self.near)
    }

    #[inline]
    fn read<T: 'static>(
        &self,
        object: &Object,
        operation: &'static str,
        key: Result<EncodedKey>,
        look: NearLook<T>,
    ) -> Operation<T> {
        match key {
            Ok(key) => Operation::look(NearRead { object: object.clone(), near: self.near, key }, look),
            Err(error) => Operation::reading(object, operation, |_| async { Err(error) }),
        }
    }
}

/// The reads of values of type `V` in the form of codec `C`.
struct Kept<V, C>(PhantomData<(V, C)>);

impl<V: NearValue, C: Codec> Kept<V, C> {
    fn look(read: &NearRead) -> Option<Option<V>> {
        kept::look::<V, C>(&read.object, read.near, &read.key)
    }

    fn look_for(read: &NearRead) -> Option<bool> {
        Self::look(read).map(|value| value.is_some())
    }

    fn get(NearRead { object, near, key }: NearRead, operation: &'static str) -> One<V> {
        let label = label(&object, near);
        Operation::reading(&object, operation, move |at| async move {
            if let Some((hashes, cache)) = tracked::<V, C>(&at, &label)? {
                let (stored, keep) = ask(&at.key, hashes, &cache, key).await?;
                let value = at.read::<V, C>(stored).await?;
                keep(value.as_ref());
                return Ok(value);
            }
            let stored = embedded(&at, &label, 1)?.get(&at.key, key.as_slice()).await?;
            at.read::<V, C>(stored).await
        })
    }

    fn contains(NearRead { object, near, key }: NearRead) -> Operation<bool> {
        let label = label(&object, near);
        Operation::reading(&object, "contains", move |at| async move {
            if let Some((hashes, cache)) = tracked::<V, C>(&at, &label)? {
                let (stored, keep) = ask(&at.key, hashes, &cache, key).await?;
                let is_there = stored.is_some();
                // Readable or not.
                keep(at.read::<V, C>(stored).await.ok().flatten().as_ref());
                return Ok(is_there);
            }
            embedded(&at, &label, 1)?.contains(&at.key, key.as_slice()).await
        })
    }

    fn get_many(object: &Object, near: Near, keys: Result<Packed>) -> Many<V> {
        let label = label(object, near);
        Operation::reading(object, "get_many", move |at| async move {
            let keys = keys?;
            if let Some((hashes, cache)) = tracked::<V, C>(&at, &label)? {
                return get_all::<V, C>(&at, hashes, &cache, &keys).await;
            }
            let stored = embedded(&at, &label, keys.len() as u64)?.get_many(&at.key, &keys).await?;
            let unknown = at.unknown_shapes::<C>(stored.iter().flatten());
            let reader = at.reader::<V, C>(unknown).await?;
            stored.into_iter().map(|stored| reader.take_if_any(stored)).collect()
        })
    }
}

/// The hashes of a server, and what this process keeps of one.
type Tracked<'a, V, C> = (&'a RedisHash, Arc<NearCache<V, C>>);

/// Where to read and what is kept; `None` where the store itself is in this process.
fn tracked<'a, V: NearValue, C: Codec>(at: &'a Target, label: &Label) -> Result<Option<Tracked<'a, V, C>>> {
    label.near.check()?;
    let Some(hashes) = at.store()?.tracked_hashes() else { return Ok(None) };
    Ok(Some((hashes, near_cache(at, label, || hashes.coherence(&at.key))?)))
}

/// The hashes of the store that is in this process, to read so many keys from.
fn embedded<'a>(at: &'a Target, label: &Label, keys: u64) -> Result<HashStore<'a>> {
    count_embedded(at, label, keys);
    Ok(at.store()?.hashes())
}

/// Asks the server for a field. The answer is kept by what is handed back with it.
async fn ask<'a, V: NearValue, C: Codec>(
    key: &str,
    hashes: &RedisHash,
    cache: &'a NearCache<V, C>,
    field: EncodedKey,
) -> Result<(Option<Vec<u8>>, impl FnOnce(Option<&V>) + use<'a, V, C>)> {
    let ticket = cache.ticket(field.as_slice());
    let (stored, provenance) = hashes.tracked_get(key, field.as_slice()).await?;
    let length = stored.as_ref().map(Vec::len);
    let keep = move |value: Option<&V>| {
        // What is there and cannot be read is not taken for absent.
        if value.is_some() == length.is_some() {
            cache.keep(ticket, provenance, field, length.unwrap_or_default(), value);
        }
    };
    Ok((stored, keep))
}

async fn get_all<V: NearValue, C: Codec>(
    at: &Target,
    hashes: &RedisHash,
    cache: &NearCache<V, C>,
    fields: &Packed,
) -> Result<Vec<Option<V>>> {
    let mut found: Vec<Option<Option<V>>> = fields.iter().map(|field| cache.look(&field.into())).collect();
    let wanted = || fields.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(field, _)| field);
    let missing: Packed = wanted().collect();
    let tickets: Vec<_> = wanted().map(|field| cache.ticket(field)).collect();
    if missing.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let (stored, provenance) = hashes.tracked_get_many(&at.key, &missing).await?;
    at.learn::<V>(at.unknown_shapes::<C>(stored.iter().flatten())).await?;
    let reader = at.knowing_reader::<V, C>();
    let mut answers = missing.iter().zip(stored).zip(tickets);
    for found in found.iter_mut().filter(|found| found.is_none()) {
        let Some(((field, stored), ticket)) = answers.next() else { break };
        let value = reader.read_if_any(stored.as_deref())?;
        cache.keep(ticket, provenance, field.into(), stored.map_or(0, |stored| stored.len()), value.as_ref());
        *found = Some(value);
    }
    Ok(found.into_iter().flatten().collect())
}
