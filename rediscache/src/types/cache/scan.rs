//! The entries of a cache as a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{RedisCache, Types};
use crate::bounds::{Key, Value};
use crate::codec::{Codec, decode_owned};
use crate::error::Result;
use crate::types::object::Object;
use crate::types::operation::Operation;
use crate::types::pages::{FetchedPage, Pages};

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
        Scan { pages: Pages::new(&self.object, fetch::<V, C>), types: PhantomData }
    }
}

/// The entries of a cache, a page at a time; made by [`RedisCache::scan`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Scan<K, V, C> {
    pages: Pages<StoredField>,
    types: Types<K, V, C>,
}

/// A field, and its value.
type StoredField = (Vec<u8>, Vec<u8>);

/// Fetches a page; the shapes that it takes are looked up.
fn fetch<V: Value, C: Codec>(object: &Object, cursor: Option<Vec<u8>>) -> Operation<FetchedPage<StoredField>> {
    Operation::reading(object, "scan", |at| async move {
        let page = at.store()?.hashes().scan(&at.key, cursor.as_deref()).await?;
        let unknown = at.unknown_shapes::<C>(page.entries.iter().map(|(_, value)| value));
        at.learn::<V>(unknown).await?;
        Ok((page.entries, page.next, at))
    })
}

impl<K: Key, V: Value, C: Codec> Stream for Scan<K, V, C> {
    type Item = Result<(K, V)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().pages.poll_next(context, |at, (field, value)| {
            let value = at.knowing_reader::<V, C>().take_if_any(Some(value))?;
            value.map(|value| Ok((decode_owned::<C, K>(field)?, value))).transpose()
        })
    }
}

impl<K, V, C> fmt::Debug for Scan<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("namespace", &self.pages.namespace()).finish_non_exhaustive()
    }
}
