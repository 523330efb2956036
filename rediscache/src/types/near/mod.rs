//! Reads that this process keeps the answers of.

mod cache;
mod field;
mod look;

use std::marker::PhantomData;
use std::sync::Arc;

use cache::NearCache;
pub(super) use field::Field;
use field::Name;
pub(crate) use look::Look;
use look::{Kind, Read};

use super::object::{Object, Target};
use super::stored::decode;
use crate::backend::{Packed, Store};
use crate::bounds::{NearValue, Value};
use crate::codec::Codec;
use crate::error::Result;
use crate::near::{Near, NearStats};
use crate::operation::Operation;
use crate::session::{Label, Registered, Tally};
use crate::session::{RedisSession, Wanted};

type One<V> = Operation<Option<V>>;
type Many<V> = Operation<Vec<Option<V>>>;

/// How the reads of one cache are kept.
///
/// What can be done with a value is known where the description is given, and not in the methods of the cache.
pub(super) struct Reads<V> {
    near: Near,
    get: Kind<Option<V>>,
    get_or: Kind<Option<V>>,
    contains: Kind<bool>,
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
            get: Kind { look: Kept::<V, C>::look, call: |read| Kept::<V, C>::get(read, "get") },
            get_or: Kind { look: Kept::<V, C>::look, call: |read| Kept::<V, C>::get(read, "get_or") },
            contains: Kind { look: Kept::<V, C>::look_for, call: Kept::<V, C>::contains },
            get_many: Kept::<V, C>::get_many,
            stats: Kept::<V, C>::stats,
        }
    }

    #[inline]
    pub(super) fn get(&self, object: &Object, field: Result<Field>) -> One<V> {
        self.read(object, "get", field, self.get)
    }

    pub(super) fn get_or(&self, object: &Object, field: Result<Field>) -> One<V> {
        self.read(object, "get_or", field, self.get_or)
    }

    #[inline]
    pub(super) fn contains(&self, object: &Object, field: Result<Field>) -> Operation<bool> {
        self.read(object, "contains", field, self.contains)
    }

    pub(super) fn get_many(&self, object: &Object, fields: Result<Packed>) -> Many<V> {
        (self.get_many)(object, self.near, fields)
    }

    pub(super) fn stats(&self, object: &Object) -> NearStats {
        (self.stats)(object, self.near)
    }

    #[inline]
    fn read<T: 'static>(
        &self,
        object: &Object,
        operation: &'static str,
        field: Result<Field>,
        kind: Kind<T>,
    ) -> Operation<T> {
        match field {
            Ok(field) => Operation::look(Look::new(Read { object: object.clone(), near: self.near, field }, kind)),
            Err(error) => object.run(operation, |_| async { Err(error) }),
        }
    }
}

/// The reads of values of type `V` in the form of codec `C`.
struct Kept<V, C>(PhantomData<(V, C)>);

impl<V: NearValue, C: Codec> Kept<V, C> {
    /// What is kept, where there is nothing to make first. No other work is done for a hit.
    fn look(read: &Read) -> Option<Option<V>> {
        let object = &read.object;
        let (session, namespace) = (object.session_number(), object.name());
        let wanted = Wanted { session, namespace, near: &read.near, global: object.global };
        let find = || object.session()?.near_caches().find(object.namespace(), &wanted.label());
        wanted.look(find, |cache: &NearCache<V, C>| cache.look(read.field.name()))
    }

    fn look_for(read: &Read) -> Option<bool> {
        Self::look(read).map(|value| value.is_some())
    }

    fn get(Read { object, near, field }: Read, operation: &'static str) -> One<V> {
        let label = label(&object, near);
        object.run(operation, move |at| async move {
            if let Some(cache) = cache::<V, C>(&at, label)? {
                let (stored, keep) = ask(&at, &cache, field).await?;
                let value = stored.as_deref().map(decode::<C, V>).transpose()?;
                keep(value.as_ref());
                return Ok(value);
            }
            let stored = serve(&at, label, 1)?.get(&at.key, field.written::<C>()?.as_slice()).await?;
            stored.as_deref().map(decode::<C, V>).transpose()
        })
    }

    fn contains(Read { object, near, field }: Read) -> Operation<bool> {
        let label = label(&object, near);
        object.run("contains", move |at| async move {
            if let Some(cache) = cache::<V, C>(&at, label)? {
                let (stored, keep) = ask(&at, &cache, field).await?;
                // Readable or not.
                keep(stored.as_deref().and_then(|stored| decode::<C, V>(stored).ok()).as_ref());
                return Ok(stored.is_some());
            }
            serve(&at, label, 1)?.contains(&at.key, field.written::<C>()?.as_slice()).await
        })
    }

    fn get_many(object: &Object, near: Near, fields: Result<Packed>) -> Many<V> {
        let label = label(object, near);
        object.run("get_many", move |at| async move {
            let fields = fields?;
            if let Some(cache) = cache::<V, C>(&at, label)? {
                return get_all(&at, &cache, &fields).await;
            }
            let stored = serve(&at, label, fields.len() as u64)?.get_many(&at.key, &fields).await?;
            stored.iter().map(|stored| stored.as_deref().map(decode::<C, V>).transpose()).collect()
        })
    }

    fn stats(object: &Object, near: Near) -> NearStats {
        let label = label(object, near);
        let Some(session) = object.session() else { return NearStats::default() };
        if let Some(cache) = session.near_caches().find::<NearCache<V, C>>(object.namespace(), &label) {
            return cache.stats();
        }
        let served = session.near_caches().find::<Served>(object.namespace(), &label);
        served.map(|served| served.stats()).unwrap_or_default()
    }
}

fn label(object: &Object, near: Near) -> Label {
    Label { near, global: object.global }
}

/// What this process keeps of what the server said; `None` where the store itself is in this process.
fn cache<V: NearValue, C: Codec>(at: &Target, label: Label) -> Result<Option<Arc<NearCache<V, C>>>> {
    let Store::Redis(store) = at.store()? else {
        label.near.check()?;
        return Ok(None);
    };
    let session: &RedisSession = at.session();
    let (session_number, namespace) = (session.number(), &at.namespace);
    let wanted = Wanted { session: session_number, namespace, near: &label.near, global: label.global };
    if let Some(cache) = wanted.again() {
        return Ok(Some(cache));
    }
    label.near.check()?;
    let make = || NearCache::new(label.near, store.watch(&at.key));
    let cache = session.near_caches().cache(at.namespace.as_str(), &label, make);
    cache.map(Some).ok_or_else(crate::backend::fault::closed)
}

/// The store that is in this process, to read so many keys from.
fn serve(at: &Target, label: Label, keys: u64) -> Result<&Store> {
    label.near.check()?;
    if let Some(served) = at.session().near_caches().cache(at.namespace.as_str(), &label, Arc::<Served>::default) {
        served.hits.add(keys);
    }
    at.store()
}

/// What a store in this process was asked for.
#[derive(Default)]
struct Served {
    hits: Tally,
}

impl Served {
    fn stats(&self) -> NearStats {
        NearStats { hits: self.hits.sum(), ..NearStats::default() }
    }
}

impl Registered for Served {
    fn retire(&self) {}

    fn is_retired(&self) -> bool {
        false
    }

    fn hits(&self) -> &Tally {
        &self.hits
    }
}

/// Asks the server for a field. The answer is kept by what is handed back with it.
async fn ask<'a, V: NearValue, C: Codec>(
    at: &Target,
    cache: &'a NearCache<V, C>,
    field: Field,
) -> Result<(Option<Vec<u8>>, impl FnOnce(Option<&V>) + use<'a, V, C>)> {
    let written = field.written::<C>()?;
    let ticket = cache.ticket(written.as_slice());
    let (stored, provenance) = at.store()?.near_get(&at.key, written.as_slice()).await?;
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
    cache: &NearCache<V, C>,
    fields: &Packed,
) -> Result<Vec<Option<V>>> {
    let mut found: Vec<Option<Option<V>>> = fields.iter().map(|field| cache.look(Name::of::<C>(field))).collect();
    let wanted = || fields.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(field, _)| field);
    let missing: Packed = wanted().collect();
    let tickets: Vec<_> = wanted().map(|field| cache.ticket(field)).collect();
    cache.hits().add((fields.len() - missing.len()) as u64);
    if missing.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let (stored, provenance) = at.store()?.near_get_many(&at.key, &missing).await?;
    let mut answers = missing.iter().zip(stored).zip(tickets);
    for found in found.iter_mut().filter(|found| found.is_none()) {
        let Some(((field, stored), ticket)) = answers.next() else { break };
        let value = stored.as_deref().map(decode::<C, V>).transpose()?;
        let field = Name::of::<C>(field).to_field();
        cache.keep(ticket, provenance, field, stored.map_or(0, |stored| stored.len()), value.as_ref());
        *found = Some(value);
    }
    Ok(found.into_iter().flatten().collect())
}
