//! The error that hands a task back.

use std::fmt;

use super::task::RedisTask;
use crate::error::{Error, ErrorKind};

/// A task that could not be finalized or rescheduled, and why.
///
/// It says what its [`Error`] says, and holds the task, which is still this process's unless the kind is
/// [`TaskNotPending`](ErrorKind::TaskNotPending). Dropping it drops the task, and so does `?`, which makes the [`Error`] of it.
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
    pub(super) fn new(task: RedisTask<T>, error: Error) -> Self {
        Self { task: Box::new(task), error }
    }

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

    /// The error, without the task, which is dropped and so failed. See [`TaskError`] for an example.
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
