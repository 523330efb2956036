//! How a task ends: finalized, rescheduled, or put back for later.

use std::time::Duration;

use tracing::Instrument;

use super::task::RedisTask;
use super::task_error::TaskError;
use crate::dispatch::Leases;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Outcome, Whereabouts};
use crate::types::object::span;

/// Ending.
impl<T> RedisTask<T> {
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
    /// was closed; the task is back in the queue then.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task is done or stays pending for as long as this process lives; nothing more is sent.
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
        self.settle("finalize", SettleAs::Now(Outcome::Finalized)).await
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
    /// Dropped after its first poll, the task is back or stays pending for as long as this process lives; nothing more is
    /// sent.
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
        self.settle("reschedule", SettleAs::Now(Outcome::Rescheduled)).await
    }

    /// Puts the task back to come again after this time; or among the dead letters, when it was delivered `max_attempts`
    /// times.
    ///
    /// The next delivery counts one attempt more. Zero puts it at the back of the queue at once, as
    /// [`reschedule`](Self::reschedule) does. It comes within 50 ms after the time, to whoever gets it, whether or not this
    /// process still runs.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `LREM`, `ZADD`, and `PUBLISH` on `{key}$delayed` where it is due first. The
    /// server's clock decides, on the embedded store tokio's.
    ///
    /// # Errors
    ///
    /// As of [`finalize`](Self::finalize), each hands the task back: [`TaskNotPending`](ErrorKind::TaskNotPending) when it is
    /// no longer this process's, [`Closed`](ErrorKind::Closed), and [`Connection`](ErrorKind::Connection) or
    /// [`Timeout`](ErrorKind::Timeout), after which repeating helps and is safe.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task is back or stays pending for as long as this process lives; nothing more is
    /// sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put(7).await?;
    /// jobs.get().await?.retry_after(Duration::from_millis(20)).await?;
    /// assert_eq!(jobs.delayed_len().await?, 1);
    /// let task = jobs.get().await?;
    /// assert_eq!((*task, task.attempt()), (7, 2));
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn retry_after(self, after: Duration) -> std::result::Result<(), TaskError<T>>
    where
        T: Send,
    {
        self.settle("retry_after", SettleAs::Later(after)).await
    }

    async fn settle(self, operation: &'static str, how: SettleAs) -> std::result::Result<(), TaskError<T>> {
        let (namespace, leases, number) = (self.namespace.as_str(), &self.held.leases, self.held.lease.number);
        // A future that is dropped from here on leaves it so, and dropping the task in it sends nothing.
        leases.is_being_settled(number);
        match self.limit.bound(self.end_lease(how)).instrument(span(operation, namespace)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                match error.kind() {
                    ErrorKind::TaskNotPending => leases.let_go(number),
                    _ => leases.was_refused(number),
                }
                let error = error.during(operation, Some(namespace));
                Err(TaskError::new(self, error))
            }
        }
    }

    async fn end_lease(&self, how: SettleAs) -> Result<()> {
        let (leases, number) = (&self.held.leases, self.held.lease.number);
        let (Leases { key, client, .. }, tasks) = (&**leases, self.session.state().store.get()?.tasks());
        let was_held = match how {
            SettleAs::Now(outcome) => tasks.settle(key, client, outcome, &[leases.ending(number)]).await? > 0,
            SettleAs::Later(after) => {
                let whereabouts = tasks.retry_after(key, client, &[(number, after)]).await?;
                whereabouts.first().is_some_and(|whereabouts| *whereabouts != Whereabouts::Elsewhere)
            }
        };
        if !was_held {
            let message = "the task is no longer this client's; someone else may have it";
            return Err(Error::new(ErrorKind::TaskNotPending, message));
        }
        leases.let_go(number);
        Ok(())
    }
}

/// How a task ends.
#[derive(Clone, Copy)]
enum SettleAs {
    Now(Outcome),
    /// It comes again after this time.
    Later(Duration),
}
