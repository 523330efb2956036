//! How a task ends: finalized, rescheduled, or put back for later.

use std::time::Duration;

use tracing::Instrument;

use super::task::RedisTask;
use super::task_error::TaskError;
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
        let step = async || {
            let was_held = self.source.finalize(self.at.store()?, self.held.lease.number).await?;
            self.let_go(was_held)
        };
        self.settle("finalize", step).await.map_err(|error| TaskError::new(self, error))
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
        // Large: kept out of the futures of those who call this.
        let step = async || Box::pin(self.get_next()).await;
        self.settle("finalize_and_get", step).await.map_err(|error| TaskError::new(self, error))
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
        let step = async || {
            let (leases, number) = (&self.held.leases, self.held.lease.number);
            let (tasks, ending) = (self.at.store()?.tasks(), leases.ending(number));
            let ended = tasks.settle(&leases.key, &leases.client, Outcome::Rescheduled, &[ending]).await?;
            self.let_go(ended > 0)
        };
        self.settle("reschedule", step).await.map_err(|error| TaskError::new(self, error))
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
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
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
        let step = async || {
            let (leases, number) = (&self.held.leases, self.held.lease.number);
            let tasks = self.at.store()?.tasks();
            let whereabouts = tasks.retry_after(&leases.key, &leases.client, &[(number, after)]).await?;
            self.let_go(whereabouts.first().is_some_and(|whereabouts| *whereabouts != Whereabouts::Elsewhere))
        };
        self.settle("retry_after", step).await.map_err(|error| TaskError::new(self, error))
    }

    /// Ends the task by this step, with a span around it, and its errors told where they happened.
    async fn settle<R>(&self, operation: &'static str, step: impl AsyncFnOnce() -> Result<R>) -> Result<R> {
        let (leases, number) = (&self.held.leases, self.held.lease.number);
        // A future that is dropped from here on leaves it so, and dropping the task in it sends nothing.
        leases.is_being_settled(number);
        let span = span(operation, &self.at.namespace, || Some(self.at.session.clone()));
        let measured = Measured::begin(&self.at);
        let outcome = self.at.limit.bound(step()).instrument(span.clone()).await;
        tell_failure(&span, outcome.as_ref().err());
        measured.end(operation, &outcome);
        if let Err(error) = &outcome {
            match error.kind() {
                ErrorKind::TaskNotPending => leases.let_go(number),
                _ => leases.was_refused(number),
            }
        }
        outcome.map_err(|error| error.during(operation, Some(self.at.namespace.as_str())))
    }

    async fn get_next(&self) -> Result<Option<Self>> {
        let next = self.source.finalize_and_get(self.at.open_store(), self.held.lease.number).await?;
        match next.ok_or_else(not_held)?? {
            Some(delivery) => (self.read)(self.at.again(), delivery).await.map(Some),
            None => Ok(None),
        }
    }

    /// Lets go of the lease that was to end, if it was held.
    fn let_go(&self, was_held: bool) -> Result<()> {
        if !was_held {
            return Err(not_held());
        }
        self.held.leases.let_go(self.held.lease.number);
        Ok(())
    }
}

fn not_held() -> Error {
    Error::new(ErrorKind::TaskNotPending, "the task is no longer this client's; someone else may have it")
}
