//! A task that was taken, and the error that hands it back.

use std::fmt;
use std::ops::Deref;

use tracing::Instrument;

use crate::dispatch::HeldTask;
use crate::error::{Error, ErrorKind, Result};
use crate::namespace::Namespace;
use crate::session::RedisSession;
use crate::store::Outcome;
use crate::types::object::span;

/// A task that was taken and is not done yet; made by [`RedisTaskQueue`](crate::RedisTaskQueue).
///
/// It derefs to its value. [`finalize`](Self::finalize) it when its work is done, or [`reschedule`](Self::reschedule)
/// it to have it done later. Dropped without either, it stays pending for as long as this process lives, and returns to
/// the queue when the process ends: see [`reschedule_pending`](crate::RedisTaskQueue::reschedule_pending). It keeps its
/// session open.
#[must_use = "a task that is not finalized stays pending"]
pub struct RedisTask<T> {
    value: T,
    held: HeldTask,
    session: RedisSession,
    /// For errors.
    namespace: Namespace,
}

impl<T> RedisTask<T> {
    pub(super) fn new(value: T, held: HeldTask, session: &RedisSession, namespace: &Namespace) -> Self {
        Self { value, held, session: session.clone(), namespace: namespace.clone() }
    }

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
    /// days after the last failure in that queue; never by the embedded store.
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

    /// Says that the task is done; it is gone then.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `HMGET`, `LREM` and `HDEL`. It looks through the list of pending tasks from
    /// the oldest on, or from the newest on where this process holds fewer that are newer.
    ///
    /// # Errors
    ///
    /// Each hands the task back. [`TaskNotPending`](ErrorKind::TaskNotPending) when it is no longer this process's: it
    /// was lost, or an earlier call whose answer was lost did take effect. After [`Connection`](ErrorKind::Connection)
    /// and [`Timeout`](ErrorKind::Timeout), repeating helps and is safe. [`Closed`](ErrorKind::Closed) when the session
    /// was closed; the task then returns to the queue as that of a dead process.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task is done or stays pending.
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
    /// assert_eq!(jobs.pending().await?, [7]);
    /// task.finalize().await?;
    /// assert!(jobs.pending().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn finalize(self) -> std::result::Result<(), TaskError<T>>
    where
        T: Send,
    {
        self.settle("finalize", Outcome::Finalized).await
    }

    /// Puts the task at the back of the queue; or among the dead letters, when it was delivered `max_attempts` times.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `LREM` and `LPUSH`. It looks through the list of pending tasks as
    /// [`finalize`](Self::finalize) does.
    ///
    /// # Errors
    ///
    /// As of [`finalize`](Self::finalize), each hands the task back: [`TaskNotPending`](ErrorKind::TaskNotPending) when
    /// it is no longer this process's, [`Closed`](ErrorKind::Closed), and [`Connection`](ErrorKind::Connection) or
    /// [`Timeout`](ErrorKind::Timeout), after which repeating helps and is safe.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task is back or stays pending.
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
    /// jobs.get().await?.reschedule().await?;
    /// assert_eq!(*jobs.get().await?, 2);
    /// assert_eq!(*jobs.get().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn reschedule(self) -> std::result::Result<(), TaskError<T>>
    where
        T: Send,
    {
        self.settle("reschedule", Outcome::Rescheduled).await
    }

    async fn settle(self, operation: &'static str, outcome: Outcome) -> std::result::Result<(), TaskError<T>> {
        let namespace = self.namespace.as_str();
        match self.end_lease(outcome).instrument(span(operation, namespace)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let error = error.during(operation, Some(namespace));
                Err(TaskError { task: Box::new(self), error })
            }
        }
    }

    async fn end_lease(&self, outcome: Outcome) -> Result<()> {
        let (leases, number) = (&self.held.leases, self.held.lease.number);
        let tasks = self.session.state().store.get()?.tasks();
        if tasks.settle(&leases.key, &leases.client, outcome, &[leases.ending(number)]).await? == 0 {
            let message = "the task is no longer this client's; someone else may have it";
            return Err(Error::new(ErrorKind::TaskNotPending, message));
        }
        leases.let_go(number);
        Ok(())
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

/// A task that could not be finalized or rescheduled, and why.
///
/// It says what its [`Error`] says, and holds the task, which is still this process's unless the kind is
/// [`TaskNotPending`](ErrorKind::TaskNotPending). With `?` it becomes the [`Error`], and the task is dropped.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// # use rediscache::{ErrorKind, RedisSession, RedisTaskQueue};
/// let session = RedisSession::in_memory();
/// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
/// jobs.put(6).await?;
/// jobs.get().await?.finalize().await?;
///
/// jobs.put(7).await?;
/// let task = jobs.get().await?;
/// jobs.reschedule_all_pending().await?;
///
/// let refused = task.finalize().await.unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::TaskNotPending);
/// assert_eq!(refused.error().operation(), "finalize");
///
/// let again = refused.into_task().reschedule().await.unwrap_err();
/// assert!(!again.into_error().is_retryable());
/// # Ok(())
/// # }
/// ```
pub struct TaskError<T> {
    /// Boxed, so that results stay small.
    task: Box<RedisTask<T>>,
    error: Error,
}

impl<T> TaskError<T> {
    /// The kind of thing that went wrong. See [`TaskError`] for an example.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// The error by itself. See [`TaskError`] for an example.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The task, to try again. See [`TaskError`] for an example.
    pub fn into_task(self) -> RedisTask<T> {
        *self.task
    }

    /// The error, without the task, which is dropped. See [`TaskError`] for an example.
    pub fn into_error(self) -> Error {
        self.error
    }
}

/// Without the task, which is dropped; so that `task.finalize().await?` can stand where an [`Error`] is returned.
impl<T> From<TaskError<T>> for Error {
    fn from(refused: TaskError<T>) -> Self {
        refused.into_error()
    }
}

impl<T> fmt::Display for TaskError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

/// Without the value of the task, which errors never show.
impl<T> fmt::Debug for TaskError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<T> std::error::Error for TaskError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
