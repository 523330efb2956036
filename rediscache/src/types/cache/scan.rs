//! The entries of a cache as a stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::RedisCache;
use crate::bounds::{Key, Value};
use crate::codec::{Codec, decode_owned};
use crate::error::Result;
use crate::store::Page;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;

impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Streams all entries, a page at a time.
    ///
    /// An entry that stays throughout is seen at least once, and rarely, when the hash is resized meanwhile, more than
    /// once (never on the embedded store); one that comes or goes may or may not be seen. An entry that cannot be read
    /// is one `Err` and not the end. A page that cannot be fetched is one `Err` and the end.
    ///
    /// # Redis
    ///
    /// `HSCAN` with a `COUNT` of 500, one round trip a page, the next one only when the last is used up. It holds one
    /// page in memory and the server for no longer than a page takes.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for an entry that cannot be read; it is left where it is. Those of every
    /// method for a page that cannot be fetched; another scan begins from the start.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing. A dropped `next()` loses no entry.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "one"), (2, "two")]).await?;
    ///
    /// let mut entries = names.scan();
    /// let mut seen = 0;
    /// while let Some((_key, _value)) = entries.try_next().await? {
    ///     seen += 1;
    /// }
    /// assert_eq!(seen, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> Scan<K, V, C> {
        let next = next_page::<V, C>(&self.object, None);
        Scan { cache: self.clone(), page: None, next: Some(next) }
    }
}

/// The entries of a cache, a page at a time; made by [`RedisCache::scan`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Scan<K, V, C> {
    cache: RedisCache<K, V, C>,
    /// Where the last page is from, and what of it was not given out yet.
    page: Option<(Target, UnreadEntries)>,
    /// The page under way; `None` after the last.
    next: Option<Operation<(Page, Target)>>,
}

type UnreadEntries = VecDeque<(Vec<u8>, Vec<u8>)>;

/// The next page, and where it is from; the shapes that it takes are looked up.
fn next_page<V: Value, C: Codec>(object: &Object, cursor: Option<Vec<u8>>) -> Operation<(Page, Target)> {
    Operation::reading(object, "scan", |at| async move {
        let page = at.store()?.hashes().scan(&at.key, cursor.as_deref()).await?;
        let unknown = at.unknown_shapes::<C>(page.entries.iter().map(|(_, value)| value));
        at.learn::<V>(unknown).await?;
        Ok((page, at))
    })
}

impl<K: Key, V: Value, C: Codec> Stream for Scan<K, V, C> {
    type Item = Result<(K, V)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let scan = self.get_mut();
        loop {
            if let Some((at, entries)) = &mut scan.page
                && let Some((field, value)) = entries.pop_front()
            {
                let read = at.knowing_reader::<V, C>().take_if_any(Some(value)).transpose();
                let Some(value) = read else { continue };
                let entry = value.and_then(|value| Ok((decode_owned::<C, K>(field)?, value)));
                let namespace = scan.cache.object.namespace();
                return Poll::Ready(Some(entry.map_err(|error| error.during("scan", Some(namespace)))));
            }
            let Some(next) = &mut scan.next else { return Poll::Ready(None) };
            let page = ready!(Pin::new(next).poll(context));
            scan.next = None;
            let (Page { entries, next }, at) = match page {
                Ok(page) => page,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            scan.page = Some((at, entries.into()));
            scan.next = next.map(|cursor| next_page::<V, C>(&scan.cache.object, Some(cursor)));
        }
    }
}

impl<K, V, C> fmt::Debug for Scan<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("cache", &self.cache).finish_non_exhaustive()
    }
}
