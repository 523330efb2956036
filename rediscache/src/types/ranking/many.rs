//! Many members at once.

use std::ops::RangeBounds;

use super::RedisRanking;
use crate::bounds::Key;
use crate::codec::{Codec, EncodedKey, append_new};
use crate::error::Result;
use crate::lend::Lend;
use crate::score::{self, Score};
use crate::store::{Packed, Scored};
use crate::types::object::Target;
use crate::types::operation::Operation;

impl<T: Key, S: Score, C: Codec> RedisRanking<T, S, C> {
    /// Gives each member the score beside it; of two equal members the later wins. Nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one `ZADD` of all. The server does nothing else meanwhile, about 1 ms for 1,000 members;
    /// give it millions in batches. None when there are no members.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of the members, and for a score that is
    /// none: NaN, or an `i64` beyond 2^53; then none is stored. Safe to repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are stored.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0)]).await?;
    /// assert_eq!(points.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_many<A: Lend<T>>(&self, scores: impl IntoIterator<Item = (A, S)>) -> Operation<()> {
        let packed = pack::<C, T, S, _>(scores);
        Operation::new(&self.object, "set_many", |at| async move {
            let ((members, scores), store) = (packed?, at.store()?);
            if members.is_empty() {
                return Ok(());
            }
            at.note_write(store);
            store.rankings().set_many(&at.key, &members, &scores).await
        })
    }
    /// Reads so many of the highest with their scores, highest first; fewer where there are fewer.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `ZRANGE … REV`, in a time that grows with the logarithm of the size and with `count`.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the members cannot be read as a `T`, or its score as an `S`; it is
    /// left where it is.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0), ("eve", 5.0)]).await?;
    /// let best = [("bob".to_owned(), 7.0), ("eve".to_owned(), 5.0)];
    /// assert_eq!(points.top(2).await?, best);
    /// # Ok(())
    /// # }
    /// ```
    pub fn top(&self, count: u64) -> Operation<Vec<(T, S)>> {
        Operation::reading(&self.object, "top", move |at| async move {
            let stored = at.store()?.rankings().top(&at.key, count).await?;
            read::<T, S, C>(&at, stored)
        })
    }
    /// Reads `member` and who is at most so many places above it or below it, with their scores, highest first; nobody
    /// where it is not there.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: a script of `ZREVRANK` and `ZRANGE`.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the members cannot be read as a `T`, or its score as an `S`; it is
    /// left where it is.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0), ("eve", 5.0), ("joe", 1.0)]).await?;
    /// let around: Vec<_> = points.around("ada", 1).await?.into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(around, ["eve", "ada", "joe"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn around(&self, member: impl Lend<T>, places: u64) -> Operation<Vec<(T, S)>> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::reading(&self.object, "around", move |at| async move {
            let stored = at.store()?.rankings().around(&at.key, member?.as_slice(), places).await?;
            read::<T, S, C>(&at, stored)
        })
    }
    /// Reads those whose score is in `range`, with their scores, highest first.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `ZRANGE … BYSCORE REV`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the members cannot be read as a `T`, or its score as an `S`; it is
    /// left where it is. [`Encode`](crate::ErrorKind::Encode) when an end of the range is NaN.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0), ("eve", 5.0)]).await?;
    /// assert_eq!(points.by_score(5.0..7.0).await?, [("eve".to_owned(), 5.0)]);
    /// assert_eq!(points.by_score(4.0..).await?.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn by_score(&self, range: impl RangeBounds<S>) -> Operation<Vec<(T, S)>> {
        let range = score::bound(range.start_bound()).and_then(|from| Ok((from, score::bound(range.end_bound())?)));
        Operation::reading(&self.object, "by_score", |at| async move {
            let stored = at.store()?.rankings().within(&at.key, &range?).await?;
            read::<T, S, C>(&at, stored)
        })
    }
    /// Takes out all whose score is less than `score`; how many.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `ZREMRANGEBYSCORE`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) for NaN. Repeated after a lost answer, it may count fewer.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none of them are out.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set_many([("ada", 3.0), ("bob", 7.0), ("eve", 5.0)]).await?;
    /// assert_eq!(points.remove_below(5.0).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_below(&self, score: S) -> Operation<u64> {
        let bound = score::limit(score);
        Operation::new(&self.object, "remove_below", |at| async move {
            at.store()?.rankings().remove_below(&at.key, bound?).await
        })
    }
}

/// Members that are to be stored, and the score of each.
fn pack<C: Codec, T: Key, S: Score, A: Lend<T>>(
    scores: impl IntoIterator<Item = (A, S)>,
) -> Result<(Packed, Vec<f64>)> {
    let (mut members, mut doubles) = (Packed::default(), Vec::new());
    for (member, score) in scores {
        members.push_with(|out| append_new::<C, T>(&member, out))?;
        doubles.push(score::double(score)?);
    }
    Ok((members, doubles))
}

fn read<T: Key, S: Score, C: Codec>(at: &Target, stored: Scored) -> Result<Vec<(T, S)>> {
    stored.into_iter().filter_map(|scored| at.read_scored::<T, S, C>(scored).transpose()).collect()
}
