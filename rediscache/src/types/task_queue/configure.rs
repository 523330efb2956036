//! What a task queue is told of its clients, as methods.

use std::borrow::Cow;
use std::time::Duration;

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;

/// Options.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// Names the list of pending items `{key}${identifier}_pending`, as async-rediscache does.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session).client_identifier("client-1");
    /// jobs.put(7).await?;
    /// let task = jobs.get().await?;
    /// assert_eq!(jobs.pending().await?, [7]); // the list `jobs$client-1_pending`
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub fn client_identifier(mut self, identifier: impl Into<Cow<'static, str>>) -> Self {
        self.options.client_identifier = Some(identifier.into());
        self
    }

    /// Sets how long a client may be silent before it is taken for dead; 30 s by default.
    ///
    /// Shorter recovers sooner, and takes tasks from processes that only hung. Less than 100 ms is
    /// [`Config`](crate::ErrorKind::Config) at use, as of [`try_get`](Self::try_get).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{ErrorKind, RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// let brief = jobs.clone().recover_after(Duration::from_millis(99));
    /// assert_eq!(brief.try_get().await.unwrap_err().kind(), ErrorKind::Config);
    /// assert!(jobs.recover_after(Duration::from_millis(100)).try_get().await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn recover_after(mut self, silence: Duration) -> Self {
        self.options.recover_after = silence;
        self
    }

    /// Makes a task a dead letter when it was delivered this often and never finalized; by default it comes for ever.
    ///
    /// Zero is [`Config`](crate::ErrorKind::Config) at use, as of [`get`](Self::get).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").max_attempts(2).on(&session);
    /// jobs.put(7).await?;
    /// jobs.get().await?.reschedule().await?;
    /// jobs.get().await?.reschedule().await?;
    /// assert!(jobs.is_empty().await?);
    /// assert_eq!(jobs.dead_len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts);
        self
    }

    /// Sets after how long a task that failed comes again: after `first`, twice as long each time, and after `longest` at the
    /// most; 1 s and 5 min by default.
    ///
    /// Up to a quarter of it is left out by chance, so that tasks which failed together do not come again together. It holds for
    /// tasks that were dropped unfinished, and for items that this program cannot read. A `first` of zero, or one above
    /// `longest`, is [`Config`](crate::ErrorKind::Config) at use, as of [`get`](Self::get).
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
    /// let jobs = jobs.backoff(Duration::from_millis(10), Duration::from_secs(1));
    /// jobs.put(7).await?;
    /// drop(jobs.get().await?);
    /// let task = jobs.get().await?;
    /// assert_eq!((*task, task.attempt()), (7, 2));
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.options.backoff = (first, longest);
        self
    }

    /// Sets how long other programs may try to read an item that this one cannot; 1 h by default.
    ///
    /// Until then it goes back, and comes again after a growing [`backoff`](Self::backoff). It is a dead letter when the next
    /// program cannot read it after that time, counted from the first failure; zero makes it one at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{ErrorKind, RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let texts = RedisTaskQueue::<String>::new("jobs").on(&session);
    /// let numbers = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// texts.put("seven").await?;
    /// assert_eq!(numbers.get().await.unwrap_err().kind(), ErrorKind::Decode);
    /// assert_eq!(texts.delayed_len().await?, 1); // for those who can read it
    ///
    /// texts.put("eight").await?;
    /// assert_eq!(numbers.unreadable_for(Duration::ZERO).get().await.unwrap_err().kind(), ErrorKind::Decode);
    /// assert_eq!(texts.dead_len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn unreadable_for(mut self, patience: Duration) -> Self {
        self.options.unreadable_for = patience;
        self
    }

    /// Returns what has been pending without a lease for so long to the front of the queue; by default never.
    ///
    /// Such items are those that a client in Python works on, that one left, and that were [kept](crate::RedisTask::keep). Set
    /// it only where no work takes that long. The time runs from when a client of this identifier first saw
    /// the item so; each looks four times within it, while it waits for tasks or holds some, at the 1,000 oldest, and not where
    /// more than 20,000 tasks are held. How often a task was delivered is not changed. Less than 100 ms is
    /// [`Config`](crate::ErrorKind::Config) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session).recover_unleased(Duration::from_millis(100));
    /// jobs.put(7).await?;
    /// jobs.get().await?.keep();
    /// let task = jobs.get().await?; // some 100 ms later
    /// assert_eq!(*task, 7);
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn recover_unleased(mut self, after: Duration) -> Self {
        self.options.recover_unleased = Some(after);
        self
    }
}
