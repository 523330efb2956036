//! Reads that this process keeps the answers of.

mod field;
#[cfg(feature = "redis")]
mod shelf;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

pub(super) use field::Field;
#[cfg(feature = "redis")]
use shelf::Shelf;

use super::object::{Object, Target};
use super::stored::decode;
use crate::backend::{Packed, Store};
use crate::bounds::{NearValue, Value};
use crate::codec::Codec;
use crate::error::Result;
use crate::near::{Near, NearStats};
use crate::operation::Operation;
use crate::session::Label;

type One<V> = Operation<Option<V>>;
type Many<V> = Operation<Vec<Option<V>>>;

/// How the reads of one cache are kept.
///
/// What can be done with a value is known where the description is given, and not in the methods of the cache.
pub(super) struct Reads<V> {
    near: Near,
    get: fn(&Object, Near, &'static str, Result<Field>) -> One<V>,
    contains: fn(&Object, Near, Result<Field>) -> Operation<bool>,
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
            get: Kept::<V, C>::get,
            contains: Kept::<V, C>::contains,
            get_many: Kept::<V, C>::get_many,
            stats: Kept::<V, C>::stats,
        }
    }

    pub(super) fn get(&self, object: &Object, operation: &'static str, field: Result<Field>) -> One<V> {
        (self.get)(object, self.near, operation, field)
    }

    pub(super) fn contains(&self, object: &Object, field: Result<Field>) -> Operation<bool> {
        (self.contains)(object, self.near, field)
    }

    pub(super) fn get_many(&self, object: &Object, fields: Result<Packed>) -> Many<V> {
        (self.get_many)(object, self.near, fields)
    }

    pub(super) fn stats(&self, object: &Object) -> NearStats {
        (self.stats)(object, self.near)
    }
}

/// The reads of values of type `V` in the form of codec `C`.
struct Kept<V, C>(PhantomData<(V, C)>);

impl<V: NearValue, C: Codec> Kept<V, C> {
    fn get(object: &Object, near: Near, operation: &'static str, field: Result<Field>) -> One<V> {
        let call = Call { object: object.clone(), label: label(object, near), operation, field };
        Operation::new(Get::<V, C> { state: State::Asked(call), codec: PhantomData })
    }

    fn contains(object: &Object, near: Near, field: Result<Field>) -> Operation<bool> {
        let label = label(object, near);
        object.run("contains", move |at| async move {
            let field = field?;
            #[cfg(feature = "redis")]
            if let Some(shelf) = shelf::<V, C>(&at, label)? {
                if let Some(value) = shelf.look(field.as_slice()) {
                    return Ok(value.is_some());
                }
                let (stored, keep) = ask(&at, &shelf, field).await?;
                // Readable or not.
                keep(stored.as_deref().and_then(|stored| decode::<C, V>(stored).ok()).as_ref());
                return Ok(stored.is_some());
            }
            serve(&at, label, 1)?.contains(&at.key, field.as_slice()).await
        })
    }

    fn get_many(object: &Object, near: Near, fields: Result<Packed>) -> Many<V> {
        let label = label(object, near);
        object.run("get_many", move |at| async move {
            let fields = fields?;
            #[cfg(feature = "redis")]
            if let Some(shelf) = shelf::<V, C>(&at, label)? {
                return get_all(&at, &shelf, &fields).await;
            }
            let stored = serve(&at, label, fields.len() as u64)?.get_many(&at.key, &fields).await?;
            stored.iter().map(|stored| stored.as_deref().map(decode::<C, V>).transpose()).collect()
        })
    }

    fn stats(object: &Object, near: Near) -> NearStats {
        let label = label(object, near);
        let stats = object.in_session(|session| {
            let shelves = session.shelves();
            #[cfg(feature = "redis")]
            if let Some(stats) = shelves.look(object.namespace(), label, Shelf::<V, C>::stats) {
                return Some(stats);
            }
            shelves.look(object.namespace(), label, Served::stats)
        });
        stats.unwrap_or_default()
    }
}

fn label(object: &Object, near: Near) -> Label {
    Label { near, global: object.global }
}

/// What this process keeps of what the server said; `None` where the store itself is in this process.
#[cfg(feature = "redis")]
fn shelf<V: NearValue, C: Codec>(at: &Target, label: Label) -> Result<Option<Arc<Shelf<V, C>>>> {
    label.near.check()?;
    let Store::Redis(store) = at.store()? else { return Ok(None) };
    let make = || Shelf::new(label.near, store.watch(&at.key));
    let shelf = at.session().shelves().shelf(at.namespace.as_str(), label, make);
    shelf.map(Some).ok_or_else(crate::backend::fault::closed)
}

/// The store that is in this process, to read so many keys from.
fn serve(at: &Target, label: Label, keys: u64) -> Result<&Store> {
    label.near.check()?;
    if let Some(served) = at.session().shelves().shelf(at.namespace.as_str(), label, Arc::<Served>::default) {
        served.hits.fetch_add(keys, Ordering::Relaxed);
    }
    at.store()
}

/// What a store in this process was asked for.
#[derive(Default)]
struct Served {
    hits: AtomicU64,
}

impl Served {
    fn stats(&self) -> NearStats {
        NearStats { hits: self.hits.load(Ordering::Relaxed), ..NearStats::default() }
    }
}

/// Asks the server for a field. The answer is kept by what is handed back with it.
#[cfg(feature = "redis")]
async fn ask<'a, V: NearValue, C: Codec>(
    at: &Target,
    shelf: &'a Shelf<V, C>,
    field: Field,
) -> Result<(Option<Vec<u8>>, impl FnOnce(Option<&V>) + use<'a, V, C>)> {
    let ticket = shelf.ticket(field.as_slice());
    let (stored, proof) = at.store()?.near_get(&at.key, field.as_slice()).await?;
    let length = stored.as_ref().map(Vec::len);
    let keep = move |value: Option<&V>| {
        // What is there and cannot be read is not taken for absent.
        if value.is_some() == length.is_some() {
            shelf.keep(ticket, proof, field, length.unwrap_or_default(), value);
        }
    };
    Ok((stored, keep))
}

#[cfg(feature = "redis")]
async fn get_all<V: NearValue, C: Codec>(at: &Target, shelf: &Shelf<V, C>, fields: &Packed) -> Result<Vec<Option<V>>> {
    let mut found: Vec<Option<Option<V>>> = fields.iter().map(|field| shelf.look(field)).collect();
    let wanted = || fields.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(field, _)| field);
    let missing: Packed = wanted().collect();
    let tickets: Vec<_> = wanted().map(|field| shelf.ticket(field)).collect();
    if missing.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let (stored, proof) = at.store()?.near_get_many(&at.key, &missing).await?;
    let mut answers = missing.iter().zip(stored).zip(tickets);
    for found in found.iter_mut().filter(|found| found.is_none()) {
        let Some(((field, stored), ticket)) = answers.next() else { break };
        let value = stored.as_deref().map(decode::<C, V>).transpose()?;
        shelf.keep(ticket, proof, Field::new(field), stored.map_or(0, |stored| stored.len()), value.as_ref());
        *found = Some(value);
    }
    Ok(found.into_iter().flatten().collect())
}

/// One read of one key.
struct Get<V, C> {
    state: State<V>,
    codec: PhantomData<fn() -> C>,
}

enum State<V> {
    /// Nothing was done yet.
    Asked(Call),
    /// The server is asked.
    Missed(One<V>),
    Over,
}

struct Call {
    object: Object,
    label: Label,
    operation: &'static str,
    field: Result<Field>,
}

impl<V: NearValue, C: Codec> Get<V, C> {
    /// What is kept, where there is nothing to make first. No other work is done for a hit.
    fn look(call: &Call) -> Option<Option<V>> {
        #[cfg(feature = "redis")]
        {
            let field = call.field.as_ref().ok()?.as_slice();
            let namespace = call.object.namespace();
            call.object.in_session(|session| {
                session.shelves().look(namespace, call.label, |shelf: &Shelf<V, C>| shelf.look(field))?
            })
        }
        #[cfg(not(feature = "redis"))]
        {
            let _ = call;
            None
        }
    }

    fn miss(Call { object, label, operation, field }: Call) -> One<V> {
        object.run(operation, move |at| async move {
            let field = field?;
            #[cfg(feature = "redis")]
            if let Some(shelf) = shelf::<V, C>(&at, label)? {
                let (stored, keep) = ask(&at, &shelf, field).await?;
                let value = stored.as_deref().map(decode::<C, V>).transpose()?;
                keep(value.as_ref());
                return Ok(value);
            }
            let stored = serve(&at, label, 1)?.get(&at.key, field.as_slice()).await?;
            stored.as_deref().map(decode::<C, V>).transpose()
        })
    }
}

impl<V: NearValue, C: Codec> Future for Get<V, C> {
    type Output = Result<Option<V>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let get = self.get_mut();
        loop {
            match std::mem::replace(&mut get.state, State::Over) {
                State::Asked(call) => match Self::look(&call) {
                    Some(value) => return Poll::Ready(Ok(value)),
                    None => get.state = State::Missed(Self::miss(call)),
                },
                State::Missed(mut asked) => {
                    let answer = Pin::new(&mut asked).poll(context);
                    if answer.is_pending() {
                        get.state = State::Missed(asked);
                    }
                    return answer;
                }
                State::Over => panic!("a read was polled after it was over"),
            }
        }
    }
}
