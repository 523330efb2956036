//! Putting tasks in, at once or later.

use std::time::{Duration, SystemTime};

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::lend::Lend;
use crate::store::Due;
use crate::types::operation::{Access, Operation};
use crate::types::queue::push;
use crate::types::step::{RedisQueueObject, TransactionPut};
use crate::types::value::encode_value;

/// Putting in.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Puts one task in.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `LPUSH`.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be
    /// in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task may or may not be in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put(7).await?;
    /// assert_eq!(*jobs.get().await?, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put(&self, item: impl Lend<T>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put", [item])
    }

    /// Puts all tasks in, in their order; nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one `LPUSH` of all. None when there are no tasks. The server does nothing else
    /// meanwhile; give it millions in batches.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then none is in. Repeated after
    /// a lost answer, all may be in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// assert_eq!(*jobs.get().await?, 1);
    /// assert_eq!(jobs.len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_many<A: Lend<T>>(&self, items: impl IntoIterator<Item = A>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put_many", items)
    }

    /// Puts a task in that can be taken after this time, within 50 ms.
    ///
    /// It is kept in Redis meanwhile, and comes when it is due whoever put it: no process needs to run for it, and the
    /// next one that gets receives it. Zero is at once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `ZADD`, and `PUBLISH` on `{key}$delayed` to tell those who wait where it is
    /// due first; `LPUSH` where it is due at once. The server's clock decides, on the embedded store tokio's.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be
    /// in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task may or may not be in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_after(1, Duration::from_millis(20)).await?;
    /// assert_eq!(jobs.delayed_len().await?, 1);
    /// assert!(jobs.try_get().await?.is_none());
    /// assert_eq!(*jobs.get().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_after(&self, item: impl Lend<T>, after: Duration) -> Operation<()> {
        self.put_later("put_after", &item, Due::In(after))
    }

    /// Puts a task in that can be taken from then on, within 50 ms.
    ///
    /// It is kept in Redis meanwhile, as by [`put_after`](Self::put_after). A time that is past is at once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `ZADD`, and `PUBLISH` on `{key}$delayed` to tell those who wait where it is
    /// due first; `LPUSH` where it is due at once. The server's clock decides. The embedded store turns the time into a
    /// duration when called, so that it follows tokio's clock.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be
    /// in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task may or may not be in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::{Duration, SystemTime};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_at(1, SystemTime::now() + Duration::from_secs(3600)).await?;
    /// jobs.put_at(2, SystemTime::UNIX_EPOCH).await?;
    /// assert_eq!(*jobs.get().await?, 2);
    /// assert_eq!(jobs.delayed_len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_at(&self, item: impl Lend<T>, at: SystemTime) -> Operation<()> {
        self.put_later("put_at", &item, Due::At(at))
    }

    fn put_later(&self, operation: &'static str, item: &impl Lend<T>, due: Due) -> Operation<()> {
        let item = encode_value::<C, T>(item, self.object.meaning);
        self.run(Access::Change, operation, move |mut at, client| async move {
            let item = item?.ready(&mut at).await?;
            let store = at.store()?;
            store.tasks().put_later(&at.key, &client, &item, due).await
        })
    }
}

impl<T: Value, C: Codec> RedisQueueObject for RedisTaskQueue<T, C> {
    type Item = T;

    fn put_in_transaction(&self, item: &impl Lend<T>) -> TransactionPut {
        TransactionPut::of::<C, T>(&self.object, item)
    }
}
