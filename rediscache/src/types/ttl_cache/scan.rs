//! The entries of a cache as a stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::bounds::{Key, Value};
use crate::codec::Codec;
use crate::error::Result;
use crate::store::{Cursor, Life, StoredPage};
use crate::types::entry_name::key_of;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;

/// The entries of a cache, a page at a time; made by [`RedisTtlCache::scan`](crate::RedisTtlCache::scan).
#[must_use = "a stream does nothing until it is polled"]
pub struct TtlScan<K, V, C> {
    object: Object,
    life: Life,
    /// Where the last page is from, and what of it was not given out yet.
    page: Option<(Target, UnreadPage)>,
    /// The page under way; `None` after the last.
    next: Option<Operation<(StoredPage, Target)>>,
    types: ScanTypes<K, V, C>,
}

/// Holds none of them.
type ScanTypes<K, V, C> = PhantomData<fn() -> (K, V, C)>;

type UnreadPage = VecDeque<(String, Vec<u8>)>;

impl<K: Key, V: Value, C: Codec> TtlScan<K, V, C> {
    pub(super) fn new(object: &Object, life: Life, fault: Result<()>) -> Self {
        let next = next_page::<V, C>(object, life, None, fault);
        Self { object: object.clone(), life, page: None, next: Some(next), types: PhantomData }
    }
}

/// The next page, and where it is from; the shapes that it takes are looked up.
fn next_page<V: Value, C: Codec>(
    object: &Object,
    life: Life,
    cursor: Option<Cursor>,
    fault: Result<()>,
) -> Operation<(StoredPage, Target)> {
    Operation::reading(object, "scan", move |at| async move {
        fault?;
        let page = at.store()?.entries().scan(&at.key, cursor, life).await?;
        let unknown = at.unknown_shapes::<C>(page.entries.iter().map(|(_, value)| value));
        at.learn::<V>(unknown).await?;
        Ok((page, at))
    })
}

impl<K: Key, V: Value, C: Codec> Stream for TtlScan<K, V, C> {
    type Item = Result<(K, V)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let scan = self.get_mut();
        loop {
            if let Some((at, entries)) = &mut scan.page
                && let Some((name, value)) = entries.pop_front()
            {
                let read = at.knowing_reader::<V, C>().take_if_any(Some(value)).transpose();
                let Some(value) = read else { continue };
                let entry = value.and_then(|value| Ok((key_of::<C, K>(&name)?, value)));
                let namespace = scan.object.namespace();
                return Poll::Ready(Some(entry.map_err(|error| error.during("scan", Some(namespace)))));
            }
            let Some(next) = &mut scan.next else { return Poll::Ready(None) };
            let page = ready!(Pin::new(next).poll(context));
            scan.next = None;
            let (StoredPage { entries, next }, at) = match page {
                Ok(page) => page,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            scan.page = Some((at, entries.into()));
            scan.next = next.map(|cursor| next_page::<V, C>(&scan.object, scan.life, Some(cursor), Ok(())));
        }
    }
}

impl<K, V, C> fmt::Debug for TtlScan<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TtlScan").field("namespace", &self.object.namespace()).finish_non_exhaustive()
    }
}
