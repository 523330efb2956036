//! The members of a set as a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::RedisSet;
use crate::bounds::Key;
use crate::codec::Codec;
use crate::error::Result;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;
use crate::types::pages::{FetchedPage, Pages};

impl<T: Key, C: Codec> RedisSet<T, C> {
    /// Streams all members, a page at a time.
    ///
    /// A member that stays throughout is seen at least once, and rarely, when the set is resized meanwhile, more than once
    /// (never on the embedded store); one that comes or goes may or may not be seen. One that cannot be read is one `Err`
    /// and not the end. A page that cannot be fetched is one `Err` and the end.
    ///
    /// # Redis
    ///
    /// `SSCAN` with a `COUNT` of 500, one round trip a page, the next one only when the last is used up. It holds one page
    /// in memory and the server for no longer than a page takes.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for a member that cannot be read; it is left where it is. Those of every method
    /// for a page that cannot be fetched; another scan begins from the start.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing. A dropped `next()` loses no member.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSet, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisSet::<String>::new("names").on(&session);
    /// use futures_util::TryStreamExt;
    ///
    /// names.add_many(["ada", "bob"]).await?;
    /// let mut members = names.scan();
    /// let mut seen = 0;
    /// while let Some(_member) = members.try_next().await? {
    ///     seen += 1;
    /// }
    /// assert_eq!(seen, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> SetScan<T, C> {
        SetScan { pages: Pages::new(&self.object, fetch), types: PhantomData }
    }
}

/// The members of a set, a page at a time; made by [`RedisSet::scan`].
#[must_use = "a stream does nothing until it is polled"]
pub struct SetScan<T, C> {
    pages: Pages<Vec<u8>>,
    types: PhantomData<fn() -> (T, C)>,
}

fn fetch(object: &Object, cursor: Option<Vec<u8>>) -> Operation<FetchedPage<Vec<u8>>> {
    Operation::reading(object, "scan", |at| async move {
        let page = at.store()?.sets().scan(&at.key, cursor.as_deref()).await?;
        Ok((page.members, page.next, at))
    })
}

impl<T: Key, C: Codec> Stream for SetScan<T, C> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().pages.poll_next(context, Target::read_member::<T, C>)
    }
}

impl<T, C> fmt::Debug for SetScan<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetScan").field("namespace", &self.pages.namespace()).finish_non_exhaustive()
    }
}
