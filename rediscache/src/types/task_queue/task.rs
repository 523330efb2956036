//! A task that was taken.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use crate::dispatch::{Delivery, HeldTask, TaskEnding, TaskSource};
use crate::error::Result;
use crate::types::object::Target;

/// A task that was taken and is not done yet; made by [`RedisTaskQueue`](crate::RedisTaskQueue).
///
/// It derefs to its value. [`finalize`](Self::finalize) it when its work is done, or [`reschedule`](Self::reschedule) it or
/// have it come again [later](Self::retry_after).
///
/// Dropped without any of them, because its handler panicked, say, it is a failed attempt: it comes again after its
/// [`backoff`](crate::RedisTaskQueue::backoff), or is a dead letter when it was delivered `max_attempts` times. The session
/// sees to that in the background. [`keep`](Self::keep) leaves it pending. What is held when the session
/// closes returns to the front of the queue, and the delivery does not count; what is held when the process or its runtime
/// ends returns as soon as another client takes it for dead. It keeps its session open.
#[must_use = "a task that is dropped is a failed attempt; `finalize` it, or `keep` it"]
pub struct RedisTask<T> {
    pub(super) value: T,
    pub(super) held: HeldTask,
    /// Where the next comes from.
    pub(super) source: Arc<TaskSource>,
    /// Where it was taken.
    pub(super) at: Target,
    /// Reads the next one, as this one was read.
    pub(super) read: ReadTask<T>,
}

/// Reads a task that was delivered.
pub(super) type ReadTask<T> = fn(Target, Delivery<TaskSource>) -> ReadingTask<T>;

pub(super) type ReadingTask<T> = Pin<Box<dyn Future<Output = Result<RedisTask<T>>> + Send>>;

impl<T> RedisTask<T> {
    /// What was put in; the task derefs to it, too.
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
    /// let task = jobs.get().await?;
    /// assert_eq!(task.value(), &7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Which delivery of this task this is, from 1.
    ///
    /// One that came for a dropped future does not count. How often a task in the queue was delivered is forgotten 7
    /// days after the last failure in that queue.
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
    /// jobs.get().await?.reschedule().await?;
    /// assert_eq!(jobs.get().await?.attempt(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempt(&self) -> u32 {
        self.held.lease.attempt
    }

    /// Waits until this task is lost; for ever where it is not.
    ///
    /// It is lost when someone took this process for dead and returned the task to the queue, or put it back by hand.
    /// What was not found out yet is found out by [`finalize`](Self::finalize). Once the session is closed, nothing is.
    ///
    /// # Redis
    ///
    /// Sends nothing; the heartbeat finds out, three times in `recover_after`.
    ///
    /// # Errors
    ///
    /// None. While the server cannot be reached, it waits on.
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
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").recover_after(Duration::from_millis(150)).on(&session);
    /// jobs.put(7).await?;
    /// let task = jobs.get().await?;
    /// jobs.reschedule_pending(7).await?;
    /// tokio::select! {
    ///     () = task.lost() => {} // someone else may work on it
    ///     () = tokio::time::sleep(Duration::from_secs(60)) => panic!("it is found out within 50 ms"),
    /// }
    /// assert!(task.finalize().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn lost(&self) {
        // Nothing is ever sent: the sender is dropped when the task is lost.
        let _ = self.held.holding.clone().changed().await;
    }

    /// Leaves the task pending, for others to deal with, as a client in Python does that never finishes it.
    ///
    /// Its lease ends in the background, and the item stays in the list of pending ones until
    /// [`reschedule_pending`](crate::RedisTaskQueue::reschedule_pending) or
    /// [`reschedule_all_pending`](crate::RedisTaskQueue::reschedule_all_pending) returns it, or
    /// [`recover_unleased`](crate::RedisTaskQueue::recover_unleased) where that is set. How often it was delivered is
    /// forgotten. Once the session is closed, the task is back in the queue, and this does nothing.
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
    /// jobs.get().await?.keep();
    /// assert_eq!(jobs.pending().await?, [7]);
    /// jobs.reschedule_pending(&7).await?;
    /// assert_eq!(*jobs.get().await?, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep(self) {
        // Dropping it says nothing else then.
        self.end(TaskEnding::Kept);
    }

    fn end(&self, ending: TaskEnding) {
        let store = self.at.open_store();
        // What a closed session held is back already.
        if !store.is_closed() {
            self.held.end(ending, store);
        }
    }
}

/// A task that was not settled failed.
impl<T> Drop for RedisTask<T> {
    fn drop(&mut self) {
        self.end(TaskEnding::Failed);
    }
}

impl<T> Deref for RedisTask<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for RedisTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTask")
            .field("value", &self.value)
            .field("attempt", &self.attempt())
            .finish_non_exhaustive()
    }
}
