//! The members of a ranking as a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{RankedTypes, RedisRanking};
use crate::bounds::Key;
use crate::codec::Codec;
use crate::error::Result;
use crate::score::Score;
use crate::types::object::{Object, Target};
use crate::types::operation::Operation;
use crate::types::pages::{FetchedPage, Pages};

impl<T: Key, S: Score, C: Codec> RedisRanking<T, S, C> {
    /// Streams all members with their scores, in no order, a page at a time.
    ///
    /// A member that stays throughout is seen at least once, and rarely, when the ranking is resized meanwhile, more than
    /// once (never on the embedded store); one that comes or goes may or may not be seen. One that cannot be read is one
    /// `Err` and not the end. A page that cannot be fetched is one `Err` and the end.
    ///
    /// # Redis
    ///
    /// `ZSCAN` with a `COUNT` of 500, one round trip a page, the next one only when the last is used up. It holds one page
    /// in memory and the server for no longer than a page takes.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for a member that cannot be read, or whose score cannot; it is left where it
    /// is. Those of every method for a page that cannot be fetched; another scan begins from the start.
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
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// use futures_util::TryStreamExt;
    ///
    /// points.set_many([("ada", 3.0), ("bob", 7.0)]).await?;
    /// let mut members = points.scan();
    /// let mut sum = 0.0;
    /// while let Some((_member, score)) = members.try_next().await? {
    ///     sum += score;
    /// }
    /// assert_eq!(sum, 10.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> RankingScan<T, S, C> {
        RankingScan { pages: Pages::new(&self.object, fetch), types: PhantomData }
    }
}

/// The members of a ranking, a page at a time; made by [`RedisRanking::scan`].
#[must_use = "a stream does nothing until it is polled"]
pub struct RankingScan<T, S, C> {
    pages: Pages<(Vec<u8>, f64)>,
    types: RankedTypes<T, S, C>,
}

fn fetch(object: &Object, cursor: Option<Vec<u8>>) -> Operation<FetchedPage<(Vec<u8>, f64)>> {
    Operation::reading(object, "scan", |at| async move {
        let page = at.store()?.rankings().scan(&at.key, cursor.as_deref()).await?;
        Ok((page.members, page.next, at))
    })
}

impl<T: Key, S: Score, C: Codec> Stream for RankingScan<T, S, C> {
    type Item = Result<(T, S)>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().pages.poll_next(context, Target::read_scored::<T, S, C>)
    }
}

impl<T, S, C> fmt::Debug for RankingScan<T, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RankingScan").field("namespace", &self.pages.namespace()).finish_non_exhaustive()
    }
}
