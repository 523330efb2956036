//! How many tasks there are.

use std::fmt;

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::store::TaskStats;
use crate::types::operation::{Access, Operation};

/// How many tasks of a [`RedisTaskQueue`] are in which state; made by [`RedisTaskQueue::stats`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TaskQueueStats(TaskStats);

impl TaskQueueStats {
    /// How many tasks can be taken now: those that wait, and those that are due; as of [`RedisTaskQueue::len`].
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.0.waiting
    }

    /// How many tasks are not due yet, as of [`RedisTaskQueue::delayed_len`].
    #[must_use]
    pub fn delayed(&self) -> u64 {
        self.0.delayed
    }

    /// How many tasks were taken and are not done.
    ///
    /// All that lies in the pending list of this client's identifier, and in those of all clients that hold tasks of this queue;
    /// also what has no lease: what a Python client holds, or left. Of an identifier that only Python clients have, nobody
    /// else knows.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.0.pending
    }

    /// How many are dead letters, as of [`RedisTaskQueue::dead_len`].
    #[must_use]
    pub fn dead(&self) -> u64 {
        self.0.dead
    }

    /// How many clients hold tasks and live: one for each session and set of options.
    ///
    /// Those whose last heartbeat is no longer ago than their `recover_after`. One that only waits holds nothing, and Python
    /// clients have no heartbeat: neither is counted.
    #[must_use]
    pub fn clients(&self) -> u64 {
        self.0.clients
    }
}

impl fmt::Debug for TaskQueueStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TaskStats { waiting, delayed, pending, dead, clients } = &self.0;
        f.debug_struct("TaskQueueStats")
            .field("waiting", waiting)
            .field("delayed", delayed)
            .field("pending", pending)
            .field("dead", dead)
            .field("clients", clients)
            .finish()
    }
}

/// How many tasks there are.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    /// How many tasks can be taken now: those that wait, and those that are due. 0 where there are none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: a script of `LLEN`, `ZCOUNT` and `TIME`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
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
    /// jobs.put(1).await?;
    /// jobs.put_after(2, Duration::from_secs(3600)).await?;
    /// assert_eq!(jobs.len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> Operation<u64> {
        self.run(Access::Read, "len", |at, client| async move { at.store()?.tasks().len(&at.key, &client).await })
    }

    /// Whether no task can be taken now: none waits, and none is due.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: the script of [`len`](Self::len), `LLEN`, `ZCOUNT` and `TIME`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
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
    /// assert!(!jobs.is_empty().await?);
    /// let task = jobs.get().await?;
    /// assert!(jobs.is_empty().await?); // though it is not done
    /// # drop(task);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        self.run(Access::Read, "is_empty", |at, client| async move {
            Ok(at.store()?.tasks().len(&at.key, &client).await? == 0)
        })
    }

    /// How many tasks are not due yet; 0 where there are none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: a script of `ZCOUNT` and `TIME`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
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
    /// assert_eq!(jobs.delayed_len().await?, 0);
    /// jobs.put_after(1, Duration::from_secs(60)).await?;
    /// assert_eq!(jobs.delayed_len().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delayed_len(&self) -> Operation<u64> {
        self.run(Access::Read, "delayed_len", |at, client| async move {
            at.store()?.tasks().delayed_len(&at.key, &client).await
        })
    }

    /// Tells how many tasks wait, are delayed, pending and dead, and how many clients live; 0 where there are none.
    ///
    /// For dashboards and alarms.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: a script of `LLEN`, `ZCOUNT`, `ZRANGE` and `TIME`. Time grows with the number of clients
    /// and not with that of tasks.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
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
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2, 3]).await?;
    /// jobs.put_after(4, Duration::from_secs(3600)).await?;
    /// let task = jobs.get().await?;
    ///
    /// let stats = jobs.stats().await?;
    /// assert_eq!((stats.waiting(), stats.delayed(), stats.pending(), stats.dead()), (2, 1, 1, 0));
    /// assert_eq!(stats.clients(), 1);
    /// # task.finalize().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Operation<TaskQueueStats> {
        self.run(Access::Read, "stats", |at, client| async move {
            at.store()?.tasks().stats(&at.key, &client).await.map(TaskQueueStats)
        })
    }

    /// How many tasks all clients of this identifier hold, as [`pending`](Self::pending) shows them; 0 where they hold none.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `LLEN` of `{key}$pending`, or of `{key}${identifier}_pending`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble, and is safe.
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
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put(7).await?;
    /// assert_eq!(jobs.pending_len().await?, 0);
    /// let task = jobs.get().await?;
    /// assert_eq!(jobs.pending_len().await?, 1);
    /// task.finalize().await?;
    /// assert_eq!(jobs.pending_len().await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pending_len(&self) -> Operation<u64> {
        self.run(Access::Read, "pending_len", |at, client| async move {
            let store = at.store()?;
            store.lists().len(&store.beside(&at.key, client.pending_suffix())?).await
        })
    }
}
