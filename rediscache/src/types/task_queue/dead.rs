//! Dead letters: what failed too often, or cannot be read.

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::types::operation::Operation;

/// What failed too often, or cannot be read.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Reads the dead letters, oldest first; none where there are none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `LRANGE` of `{key}$dead`.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of them is not a `T`, which may be why it is there; all are left
    /// where they are.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").max_attempts(1).on(&session);
    /// jobs.put(7).await?;
    /// jobs.get().await?.reschedule().await?;
    /// assert_eq!(jobs.dead().await?, [7]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dead(&self) -> Operation<Vec<T>> {
        Operation::new(&self.object, "dead", |at| async move {
            let store = at.store()?;
            let items = store.lists().items(&store.beside(&at.key, "$dead")?).await?;
            let reader = at.reader::<T, C>(at.unknown_shapes::<C>(items.iter())).await?;
            items.iter().map(|item| reader.read(item)).collect()
        })
    }

    /// Puts all dead letters at the back of the queue, oldest first, to be tried from attempt 1 again; how many.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `LLEN`, and `LMOVE` for each.
    ///
    /// # Errors
    ///
    /// Those of every method. Safe to repeat; after a lost answer, it may count none.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or nothing is back.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").max_attempts(1).on(&session);
    /// jobs.put(7).await?;
    /// jobs.get().await?.reschedule().await?;
    /// assert_eq!(jobs.requeue_dead().await?, 1);
    /// assert_eq!(jobs.get().await?.attempt(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn requeue_dead(&self) -> Operation<u64> {
        self.run("requeue_dead", |at, client| async move { at.store()?.tasks().requeue_dead(&at.key, &client).await })
    }

    /// Removes all dead letters; how many.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `LLEN`, and `UNLINK`, which frees the memory in the background.
    ///
    /// # Errors
    ///
    /// Those of every method. Safe to repeat; after a lost answer, it may count none.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").max_attempts(1).on(&session);
    /// assert_eq!(jobs.clear_dead().await?, 0);
    /// jobs.put(7).await?;
    /// jobs.get().await?.reschedule().await?;
    /// assert_eq!(jobs.clear_dead().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_dead(&self) -> Operation<u64> {
        self.run("clear_dead", |at, client| async move { at.store()?.tasks().clear_dead(&at.key, &client).await })
    }
}
