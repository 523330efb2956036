//! Taking tasks.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::options::TaskOptions;
use super::task::ReadingTask;
use super::{RedisTask, RedisTaskQueue};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::dispatch::{Delivery, TaskSource, Wait};
use crate::error::Result;
use crate::types::QueueStream;
use crate::types::object::Target;
use crate::types::operation::Operation;
use crate::types::queue::put_aside;

/// Taking.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Takes the next task, and waits for one as long as there is none.
    ///
    /// # Redis
    ///
    /// One script, for all who ask while the last one is under way; waiting is as in
    /// [`RedisQueue::get`](crate::RedisQueue::get).
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when the item is not a `T`; it went back for programs that can read it, or became a
    /// dead letter: see [`unreadable_for`](Self::unreadable_for). [`Closed`](crate::ErrorKind::Closed) when the session is closed meanwhile. Repeating is safe: after a lost
    /// answer, what was taken goes back to the front of the queue with the next heartbeat.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no task is lost or doubled. One that arrives for a dropped future goes back to where it was, and
    /// the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// let waiting = tokio::spawn(jobs.get());
    /// jobs.put(7).await?;
    /// let task = waiting.await??;
    /// assert_eq!((*task, task.attempt()), (7, 1));
    /// task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Operation<RedisTask<T>> {
        let options = self.options.clone();
        Operation::unbounded(&self.object, "get", |at| async move {
            loop {
                if let Some(delivery) = ask(&at, &options, Wait::Forever).await? {
                    return read::<T, C>(at, delivery).await;
                }
            }
        })
    }

    /// Takes the next task, and waits for one no longer than `limit`; `None` when there was none.
    ///
    /// It looks once, whatever the limit; zero does not wait. The look takes as long as the server does.
    ///
    /// # Redis
    ///
    /// As of [`get`](Self::get): one script, and `BLMOVE` while it waits; the script once more when the time is up.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get): [`Decode`](crate::ErrorKind::Decode) when the item is not a `T`; it went back for
    /// others. [`Closed`](crate::ErrorKind::Closed) when the session is closed meanwhile.
    /// [`Timeout`](crate::ErrorKind::Timeout) is the server's silence, not the end of `limit`. Repeating is safe.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no task is lost or doubled. One that arrives for a dropped future, or too late, goes back to where
    /// it was, and the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// assert!(jobs.get_timeout(Duration::from_millis(5)).await?.is_none());
    /// jobs.put_after(7, Duration::from_millis(5)).await?;
    /// let task = jobs.get_timeout(Duration::from_secs(5)).await?;
    /// assert_eq!(task.as_deref(), Some(&7));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_timeout(&self, limit: Duration) -> Operation<Option<RedisTask<T>>> {
        let options = self.options.clone();
        Operation::unbounded(&self.object, "get_timeout", move |at| async move {
            // In line from the start, to keep the place there; the look at the end is for those without time to wait.
            if let Ok(delivery) = tokio::time::timeout(limit, ask(&at, &options, Wait::Forever)).await {
                // What is here is read, and told of, though the time may end meanwhile.
                return match delivery? {
                    Some(delivery) => read::<T, C>(at, delivery).await.map(Some),
                    None => Ok(None),
                };
            }
            take::<T, C>(at, &options, Wait::No).await
        })
    }

    /// Takes the next task; `None` where there is none, or others in this session wait for it.
    ///
    /// # Redis
    ///
    /// One script, for all who ask while the last one is under way: one round trip, or two.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when the item is not a `T`; it went back for others. Repeating is safe:
    /// after a lost answer, what was taken goes back to the front of the queue with the next heartbeat.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no task is lost or doubled. One that arrives for a dropped future goes back to where it was, and
    /// the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// assert!(jobs.try_get().await?.is_none());
    /// jobs.put(7).await?;
    /// if let Some(task) = jobs.try_get().await? {
    ///     assert_eq!(*task, 7);
    ///     task.finalize().await?;
    /// }
    /// assert!(jobs.pending().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_get(&self) -> Operation<Option<RedisTask<T>>> {
        self.look("try_get")
    }

    /// Streams the tasks as they come, for ever.
    ///
    /// Tasks are taken one by one as the stream is polled, none ahead; [`stream_ahead`](Self::stream_ahead) holds some. Whoever
    /// gets one finalizes it.
    ///
    /// # Redis
    ///
    /// As of [`get`](Self::get), for each task: one script, and `BLMOVE` while there is none.
    ///
    /// # Errors
    ///
    /// An item that is not a `T` is one `Err` of [`Decode`](crate::ErrorKind::Decode), goes back for others, and is
    /// not the end. An error that [is retryable](crate::Error::is_retryable), such as a lost connection, is not the end
    /// either. Any other error is the end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped `next()` loses no task, and the next one goes on with the same call. What is on its way
    /// to a dropped stream goes back to where it was, and the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let mut tasks = jobs.stream();
    /// for expected in [1, 2] {
    ///     let task = tasks.try_next().await?.expect("it does not end");
    ///     assert_eq!(*task, expected);
    ///     task.finalize().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(&self) -> QueueStream<RedisTask<T>> {
        let queue = self.clone();
        QueueStream::new(move || {
            let options = queue.options.clone();
            Operation::unbounded(&queue.object, "stream", move |at| async move {
                take::<T, C>(at, &options, Wait::Forever).await
            })
        })
    }

    /// Streams the tasks there are; it ends when there are none, or others in this session wait for them.
    ///
    /// Tasks are taken one by one as the stream is polled, none ahead. One that is rescheduled meanwhile comes again.
    ///
    /// # Redis
    ///
    /// As of [`try_get`](Self::try_get), for each task: one script; one more at the end.
    ///
    /// # Errors
    ///
    /// As of [`stream`](Self::stream): an item that is not a `T` is one `Err` of [`Decode`](crate::ErrorKind::Decode),
    /// goes back for others, and is not the end, nor is an error that [is retryable](crate::Error::is_retryable). Any
    /// other is the end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped `next()` loses no task, and the next one goes on with the same call. What is on its way
    /// to a dropped stream goes back to where it was, and the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let mut tasks = jobs.drain();
    /// let mut sum = 0;
    /// while let Some(task) = tasks.try_next().await? {
    ///     sum += *task;
    ///     task.finalize().await?;
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn drain(&self) -> QueueStream<RedisTask<T>> {
        let queue = self.clone();
        QueueStream::new(move || queue.look("drain"))
    }

    /// What is not given out stays in the queue.
    fn look(&self, operation: &'static str) -> Operation<Option<RedisTask<T>>> {
        let options = self.options.clone();
        Operation::reading(&self.object, operation, move |at| async move { take::<T, C>(at, &options, Wait::No).await })
    }
}

async fn take<T: Value, C: Codec>(at: Target, options: &TaskOptions, wait: Wait) -> Result<Option<RedisTask<T>>> {
    match ask(&at, options, wait).await? {
        Some(delivery) => read::<T, C>(at, delivery).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn ask(at: &Target, options: &TaskOptions, wait: Wait) -> Result<Option<Delivery<TaskSource>>> {
    at.store()?;
    options.check()?;
    // Handles of the same options share one dispatcher, one instance and one heartbeat.
    let name = if *options == TaskOptions::DEFAULT {
        Cow::Borrowed(&*at.key)
    } else {
        Cow::Owned(format!("{}/{options:?}", &*at.key))
    };
    let source = || TaskSource::new(at.key.to_string(), options.client());
    at.session.state().task_dispatchers.ask(at.open_store(), &name, source, wait).await
}

async fn read<T: Value, C: Codec>(at: Target, delivery: Delivery<TaskSource>) -> Result<RedisTask<T>> {
    // Where that fails, the task goes back.
    let unknown = at.unknown_shapes::<C>(delivery.item().map(|held| &held.lease.item));
    let reader = at.reader::<T, C>(unknown).await?;
    let source = Arc::clone(delivery.source());
    let (held, value) = delivery.read(|held| reader.read(&held.lease.item)).await.map_err(put_aside)?;
    if held.lease.attempt > 1 {
        at.counts().redelivered();
    }
    Ok(RedisTask { value, held, source, at, read: read_boxed::<T, C> })
}

pub(super) fn read_boxed<T: Value, C: Codec>(at: Target, delivery: Delivery<TaskSource>) -> ReadingTask<T> {
    Box::pin(read::<T, C>(at, delivery))
}
