//! How a task ends: finalized, rescheduled, or put back for later.

use std::pin::pin;
use std::time::Duration;

use tracing::Instrument;

use super::task::RedisTask;
use super::task_error::TaskError;
use crate::dispatch::Leases;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Outcome, Whereabouts};
use crate::types::measured::Measured;
use crate::types::object::{span, tell_failure};

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
        self.settle("finalize", SettleAs::Finalized).await
    }

    /// Says that the task is done, and takes the next one in the same step; `None` where there is none, or others in this
    /// session wait for it.
    ///
    /// This is [`finalize`](Self::finalize), and then [`try_get`](crate::RedisTaskQueue::try_get) of the queue that it was taken
    /// from.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one script that does both, for all who finalize or get at one time. Where others wait, and three
    /// times in `recover_after`, with the heartbeat, the look is a round trip of its own.
    ///
    /// # Errors
    ///
    /// As of [`finalize`](Self::finalize), each hands the task back, and none is taken in its place:
    /// [`TaskNotPending`](ErrorKind::TaskNotPending) when it is no longer this process's, [`Closed`](ErrorKind::Closed), and
    /// [`Connection`](ErrorKind::Connection) or [`Timeout`](ErrorKind::Timeout), after which repeating helps and is safe. But
    /// after [`Decode`](ErrorKind::Decode) the task that is handed back is done: the next one could not be read, and went back for
    /// others.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task is done or stays pending for as long as this process lives. A task that arrives
    /// for the dropped future goes back to where it was, and the delivery does not count.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2, 3]).await?;
    /// let (mut task, mut sum) = (jobs.get().await?, 0);
    /// loop {
    ///     sum += *task;
    ///     match task.finalize_and_get().await? {
    ///         Some(next) => task = next,
    ///         None => break, // and wait with `get` for more
    ///     }
    /// }
    /// assert_eq!(sum, 6);
    /// assert!(jobs.is_empty().await? && jobs.pending().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn finalize_and_get(self) -> std::result::Result<Option<RedisTask<T>>, TaskError<T>>
    where
        T: Send,
    {
        const OPERATION: &str = "finalize_and_get";
        let (leases, number) = (&self.held.leases, self.held.lease.number);
        // As in `settle`.
        leases.is_being_settled(number);
        let get = Box::pin(async {
            let next = self.source.finalize_and_get(self.at.open_store(), number).await?.ok_or_else(not_held)?;
            match next? {
                Some(delivery) => (self.read)(self.at.again(), delivery).await.map(Some),
                None => Ok(None),
            }
        });
        let span = span(OPERATION, &self.at.namespace, || Some(self.at.session.clone()));
        let measured = Measured::begin(&self.at);
        let outcome = {
            let mut call = pin!(self.at.limit.bound(get).instrument(span));
            let outcome = call.as_mut().await;
            tell_failure(call.span(), outcome.as_ref().err());
            outcome
        };
        measured.end(OPERATION, &outcome);
        outcome.map_err(|error| self.refused(OPERATION, error))
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
        // A future that is dropped from here on leaves it so, and dropping the task in it sends nothing.
        self.held.leases.is_being_settled(self.held.lease.number);
        let span = span(operation, &self.at.namespace, || Some(self.at.session.clone()));
        let measured = Measured::begin(&self.at);
        let outcome = {
            let mut call = pin!(self.at.limit.bound(self.end_lease(how)).instrument(span));
            let outcome = call.as_mut().await;
            tell_failure(call.span(), outcome.as_ref().err());
            outcome
        };
        measured.end(operation, &outcome);
        outcome.map_err(|error| self.refused(operation, error))
    }

    /// Hands the task back.
    fn refused(self, operation: &'static str, error: Error) -> TaskError<T> {
        let (leases, number) = (&self.held.leases, self.held.lease.number);
        match error.kind() {
            ErrorKind::TaskNotPending => leases.let_go(number),
            _ => leases.was_refused(number),
        }
        let error = error.during(operation, Some(self.at.namespace.as_str()));
        TaskError::new(self, error)
    }

    async fn end_lease(&self, how: SettleAs) -> Result<()> {
        let (leases, number, store) = (&self.held.leases, self.held.lease.number, self.at.store()?);
        let (Leases { key, client, .. }, tasks) = (&**leases, store.tasks());
        let was_held = match how {
            SettleAs::Finalized => self.source.finalize(store, number).await?,
            SettleAs::Now(outcome) => tasks.settle(key, client, outcome, &[leases.ending(number)]).await? > 0,
            SettleAs::Later(after) => {
                let whereabouts = tasks.retry_after(key, client, &[(number, after)]).await?;
                whereabouts.first().is_some_and(|whereabouts| *whereabouts != Whereabouts::Elsewhere)
            }
        };
        if !was_held {
            return Err(not_held());
        }
        leases.let_go(number);
        Ok(())
    }
}

fn not_held() -> Error {
    Error::new(ErrorKind::TaskNotPending, "the task is no longer this client's; someone else may have it")
}

/// How a task ends.
#[derive(Clone, Copy)]
enum SettleAs {
    /// It is gone.
    Finalized,
    Now(Outcome),
    /// It comes again after this time.
    Later(Duration),
}
