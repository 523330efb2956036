//! The entries of a cache as a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::options::Options;
use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::error::Result;
use crate::store::Cursor;
use crate::types::entry_name::key_of;
use crate::types::object::Object;
use crate::types::operation::Operation;
use crate::types::pages::{FetchedPage, Pages};

/// The entries of a cache, a page at a time; made by [`RedisTtlCache::scan`](crate::RedisTtlCache::scan).
#[must_use = "a stream does nothing until it is polled"]
pub struct TtlScan<K, V, C> {
    pages: Pages<NamedValue, Cursor>,
    types: ScanTypes<K, V, C>,
}

/// Holds none of them.
type ScanTypes<K, V, C> = PhantomData<fn() -> (K, V, C)>;

/// What stands behind the name of the object and `:` in that of an entry, and its value.
type NamedValue = (String, Vec<u8>);

impl<K: Key, V: Value, C: Codec> TtlScan<K, V, C> {
    pub(super) fn new(object: &Object, options: Options) -> Self {
        let pages = Pages::new(object, move |object, cursor| fetch::<V, C>(object, options, cursor));
        Self { pages, types: PhantomData }
    }
}

/// Fetches a page; the shapes that it takes are looked up.
fn fetch<V: Value, C: Codec>(
    object: &Object,
    options: Options,
    cursor: Option<Cursor>,
) -> Operation<FetchedPage<NamedValue, Cursor>> {
    Operation::reading(object, "scan", move |at| async move {
        options.check()?;
        let page = at.store()?.entries().scan(&at.key, cursor, options.life).await?;
        let unknown = at.unknown_shapes::<C>(page.entries.iter().map(|(_, value)| value));
        at.learn::<V>(unknown).await?;
        Ok((page.entries, page.next, at))
    })
}

impl<K: Key, V: Value, C: Codec> Stream for TtlScan<K, V, C> {
    type Item = Result<(K, V)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().pages.poll_next(context, |at, (name, value)| {
            let value = at.knowing_reader::<V, C>().take_if_any(Some(value))?;
            value.map(|value| Ok((key_of::<C, K>(&name)?, value))).transpose()
        })
    }
}

impl<K, V, C> fmt::Debug for TtlScan<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TtlScan").field("namespace", &self.pages.namespace()).finish_non_exhaustive()
    }
}
