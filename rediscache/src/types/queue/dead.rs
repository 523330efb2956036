//! What could not be read, and how many items there are.

use std::sync::Arc;

use super::RedisQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::types::dead::{DEAD, DeadLetter, DeadLetters, dead_methods, next_letters};
use crate::types::operation::{Access, Operation};

/// How many items of a [`RedisQueue`] are in which state; made by [`RedisQueue::stats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueStats {
    waiting: u64,
    dead: u64,
}

impl QueueStats {
    /// How many items wait, as of [`RedisQueue::len`].
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// How many could not be read, as of [`RedisQueue::dead_len`].
    #[must_use]
    pub fn dead(&self) -> u64 {
        self.dead
    }
}

/// What could not be read.
impl<T: Value, C: Codec> RedisQueue<T, C> {
    dead_methods!(
        "RedisQueue",
        "RedisQueue::<u64>::new(\"jobs\")",
        "RedisQueue::<u64>::new(\"jobs$dead\").on(&session).put(7).await?; // as if it had not been readable",
        "what was taken and could not be read, by this program or another"
    );

    /// Tells how many items wait, and how many are dead letters; 0 where there are none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot, constant time: `LLEN` of both lists, in a script.
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
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let stats = jobs.stats().await?;
    /// assert_eq!((stats.waiting(), stats.dead()), (2, 0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> Operation<QueueStats> {
        self.call(Access::Read, "stats", |at| async move {
            let store = at.store()?;
            let (waiting, dead) = store.lists().stats(&at.key, &store.beside(&at.key, DEAD)?).await?;
            Ok(QueueStats { waiting, dead })
        })
    }
}
