//! What was taken and is not done.

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::error::{Error, ErrorKind};
use crate::lend::Lend;
use crate::types::operation::{Access, Operation};
use crate::types::value::encode_value;

/// What was taken and is not done.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Reads what all clients of this identifier hold, oldest first; nothing where they hold none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `LRANGE` of `{key}$pending`, or of `{key}${identifier}_pending`.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) when one of the items is not a `T`; all are left where they are.
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
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let one = jobs.get().await?;
    /// let two = jobs.get().await?;
    /// assert_eq!(jobs.pending().await?, [1, 2]);
    /// one.finalize().await?;
    /// assert_eq!(jobs.pending().await?, [2]);
    /// # drop(two);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pending(&self) -> Operation<Vec<T>> {
        self.run(Access::Read, "pending", |at, client| async move {
            let store = at.store()?;
            let items = store.lists().items(&store.beside(&at.key, client.pending_suffix())?).await?;
            let reader = at.reader::<T, C>(at.unknown_shapes::<C>(items.iter())).await?;
            items.iter().map(|item| reader.read(item)).collect()
        })
    }

    /// Puts one pending task of this value at the back of the queue, the oldest of several.
    ///
    /// One that was delivered `max_attempts` times becomes a dead letter instead. Whoever holds it has lost it then.
    /// Meant for a task that was [kept](super::RedisTask::keep), or left by a Python client.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that looks through what the clients of this identifier hold. Where it finds none, one
    /// more that reads what they hold, for a task of this value in another form, and the script again.
    ///
    /// # Errors
    ///
    /// [`TaskNotPending`](ErrorKind::TaskNotPending) when no such task is pending. [`Encode`](ErrorKind::Encode) when
    /// the codec has no form for the value. Repeated after a lost answer, it may find none, or move another of that
    /// value.
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
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put(7).await?;
    /// let _held = jobs.get().await?;
    /// assert_eq!(jobs.pending().await?, [7]);
    /// jobs.reschedule_pending(&7).await?;
    /// assert_eq!(jobs.get().await?.attempt(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reschedule_pending(&self, value: impl Lend<T>) -> Operation<()> {
        let item = encode_value::<C, T>(&value, self.object.meaning);
        self.run(Access::Change, "reschedule_pending", |at, client| async move {
            let (store, item) = (at.store()?, item?.bytes);
            if store.tasks().reschedule_pending(&at.key, &client, &item).await? {
                return Ok(());
            }
            // It may have been put in by another program, in another form.
            for other in store.lists().items(&store.beside(&at.key, client.pending_suffix())?).await? {
                if at.is_form_of::<T, C>(&other, &item).await?
                    && store.tasks().reschedule_pending(&at.key, &client, &other).await?
                {
                    return Ok(());
                }
            }
            Err(Error::new(ErrorKind::TaskNotPending, "no task of this value is pending under this client identifier"))
        })
    }

    /// Puts everything that clients of this identifier hold back to the front of the queue, oldest first; how many.
    ///
    /// Tasks that are being worked on are lost to those who do: crashed clients need no such call, see
    /// [`recover_after`](Self::recover_after). Meant for what Python clients left. One that was
    /// delivered `max_attempts` times becomes a dead letter when it would be taken next.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, about 1 ms for 1,000 tasks.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may also put back what was taken meanwhile.
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
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let _held = (jobs.get().await?, jobs.get().await?);
    /// assert_eq!(jobs.reschedule_all_pending().await?, 2);
    /// assert_eq!(*jobs.get().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn reschedule_all_pending(&self) -> Operation<u64> {
        self.run(Access::Change, "reschedule_all_pending", |at, client| async move {
            at.store()?.tasks().reschedule_all_pending(&at.key, &client).await
        })
    }
}
