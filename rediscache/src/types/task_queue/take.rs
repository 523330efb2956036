//! Taking tasks.

use std::time::Duration;

use super::{Options, RedisTask, RedisTaskQueue};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::codec::decode;
use crate::dispatch::{TaskSource, Wait};
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
    /// [`Decode`](crate::ErrorKind::Decode) when the item is not a `T`; it becomes a dead letter.
    /// [`Closed`](crate::ErrorKind::Closed) when the session is closed meanwhile. After a lost answer, what was taken
    /// goes back to the front of the queue with the next heartbeat.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no task is lost or doubled. One that arrives for a dropped future goes back to where it was, and the
    /// delivery does not count.
    ///
    /// # Examples
    ///
    /// See [`RedisTaskQueue`].
    pub fn get(&self) -> Operation<RedisTask<T>> {
        let options = self.options.clone();
        Operation::new(&self.object, "get", |at| async move {
            loop {
                if let Some(task) = take::<T, C>(&at, &options, Wait::Forever).await? {
                    return Ok(task);
                }
            }
        })
    }

    /// Takes the next task, and waits for one no longer than `limit`; `None` when there was none.
    ///
    /// It looks once, whatever the limit; zero does not wait. As [`get`](Self::get).
    pub fn get_timeout(&self, limit: Duration) -> Operation<Option<RedisTask<T>>> {
        let options = self.options.clone();
        Operation::new(&self.object, "get_timeout", move |at| async move {
            // In line from the start, to keep the place there; the look at the end is for those without time to wait.
            if let Ok(answer) = tokio::time::timeout(limit, take::<T, C>(&at, &options, Wait::Forever)).await {
                return answer;
            }
            take::<T, C>(&at, &options, Wait::No).await
        })
    }

    /// Takes the next task; `None` where there is none, or others in this session wait for it. As [`get`](Self::get).
    pub fn try_get(&self) -> Operation<Option<RedisTask<T>>> {
        self.ask("try_get", Wait::No)
    }

    /// Streams the tasks as they come, for ever. As [`RedisQueue::stream`](crate::RedisQueue::stream).
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
    /// let mut stream = jobs.drain();
    /// while let Some(task) = stream.try_next().await? {
    ///     task.finalize().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(&self) -> QueueStream<RedisTask<T>> {
        let queue = self.clone();
        QueueStream::new(move || queue.ask("stream", Wait::Forever))
    }

    /// Streams the tasks there are; it ends when there are none. As [`stream`](Self::stream).
    pub fn drain(&self) -> QueueStream<RedisTask<T>> {
        let queue = self.clone();
        QueueStream::new(move || queue.ask("drain", Wait::No))
    }

    fn ask(&self, operation: &'static str, wait: Wait) -> Operation<Option<RedisTask<T>>> {
        let options = self.options.clone();
        Operation::new(&self.object, operation, move |at| async move { take::<T, C>(&at, &options, wait).await })
    }
}

async fn take<T: Value, C: Codec>(at: &Target, options: &Options, wait: Wait) -> Result<Option<RedisTask<T>>> {
    at.store()?;
    options.check()?;
    // Handles of the same options share one dispatcher, one instance and one heartbeat.
    let name = format!("{}/{options:?}", &*at.key);
    let source = || TaskSource::new(at.key.to_string(), options.client());
    let delivery = at.session.state().task_dispatchers.ask(at.open_store(), &name, source, wait).await?;
    let task = delivery.map(|delivery| delivery.read(|held| decode::<C, T>(&held.lease.item))).transpose();
    task.map(|task| task.map(|(held, value)| RedisTask::new(value, held, &at.session, &at.namespace)))
        .map_err(put_aside)
}
