//! One member at a time.

use super::RedisRanking;
use crate::bounds::Key;
use crate::codec::{Codec, EncodedKey};
use crate::lend::Lend;
use crate::score::{self, Score};
use crate::store::ScoreStep;
use crate::types::operation::Operation;

impl<T: Key, S: Score, C: Codec> RedisRanking<T, S, C> {
    /// Gives `member` this score, whatever it had.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `ZADD`. The expiry of the ranking stays.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for the member, and for a score that is none: NaN,
    /// or an `i64` beyond 2^53; then nothing is sent. Safe to repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set("ada", 3.5).await?;
    /// assert_eq!(points.score("ada").await?, Some(3.5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self, member: impl Lend<T>, score: S) -> Operation<()> {
        let (member, score) = (EncodedKey::of_new::<C, T>(&member), score::double(score));
        Operation::new(&self.object, "set", |at| async move {
            let (member, score, store) = (member?, score?, at.store()?);
            at.note_write(store);
            store.rankings().set(&at.key, member.as_slice(), score).await
        })
    }
    /// Adds `amount` to the score of `member` and returns what it is then; one that is not there counts as 0.
    ///
    /// Scores of `i64` are exact. Those of `f64` add as doubles do, beyond the largest to an infinity.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `ZINCRBY`, and a script for scores of `i64`, which `ZINCRBY` would round. Of many callers at
    /// once, one script.
    ///
    /// # Errors
    ///
    /// Each leaves the score as it is: [`Overflow`](crate::ErrorKind::Overflow) when the sum is an integer beyond 2^53, or
    /// infinity less infinity; [`Decode`](crate::ErrorKind::Decode) when scores are `i64` and the stored one is none;
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for the member, and for a score that is none: NaN,
    /// or an `i64` beyond 2^53. Do not repeat after a lost answer: it may have been added.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// assert_eq!(points.increment("ada", 2.0).await?, 2.0);
    /// assert_eq!(points.increment("ada", -0.5).await?, 1.5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn increment(&self, member: impl Lend<T>, amount: S) -> Operation<S> {
        let (member, amount) = (EncodedKey::of_new::<C, T>(&member), score::double(amount));
        Operation::new(&self.object, "increment", |at| async move {
            let (member, amount, store) = (member?, amount?, at.store()?);
            at.note_write(store);
            let step = ScoreStep { amount, most: score::most::<S>() };
            score::of(store.rankings().increment(&at.key, member.as_slice(), &step).await?)
        })
    }
    /// Reads the score of `member`; `None` where it is not there.
    ///
    /// # Redis
    ///
    /// One round trip: `ZSCORE`.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when scores are `i64` and the stored one is none; it is left where it is.
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
    /// assert_eq!(points.score("ada").await?, None);
    /// points.set("ada", 3.0).await?;
    /// assert_eq!(points.score("ada").await?, Some(3.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn score(&self, member: impl Lend<T>) -> Operation<Option<S>> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::reading(&self.object, "score", |at| async move {
            let stored = at.store()?.rankings().score(&at.key, member?.as_slice()).await?;
            stored.and_then(|double| at.readable(score::of(double)).transpose()).transpose()
        })
    }
    /// Tells how many are above `member`, so that the first is 0; `None` where it is not there.
    ///
    /// # Redis
    ///
    /// One round trip: `ZREVRANK`, in a time that grows with the logarithm of the size; that of the embedded store grows
    /// with the rank.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating is safe.
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
    /// points.set_many([("ada", 3.0), ("bob", 7.0)]).await?;
    /// assert_eq!(points.rank("bob").await?, Some(0));
    /// assert_eq!(points.rank("ada").await?, Some(1));
    /// assert_eq!(points.rank("eve").await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rank(&self, member: impl Lend<T>) -> Operation<Option<u64>> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::reading(&self.object, "rank", |at| async move {
            at.store()?.rankings().rank(&at.key, member?.as_slice()).await
        })
    }
    /// Takes `member` out; whether it was there.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `ZREM`. A ranking without members does not exist.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may find nothing.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisRanking, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let points = RedisRanking::<String>::new("points").on(&session);
    /// points.set("ada", 3.0).await?;
    /// assert!(points.remove("ada").await?);
    /// assert!(!points.remove("ada").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove(&self, member: impl Lend<T>) -> Operation<bool> {
        let member = EncodedKey::of::<C, T>(&member);
        Operation::new(&self.object, "remove", |at| async move {
            at.store()?.rankings().remove(&at.key, member?.as_slice()).await
        })
    }
}
