//! What failed too often, or cannot be read.

use std::sync::Arc;

use super::RedisTaskQueue;
use crate::bounds::Value;
use crate::codec::Codec;
use crate::types::dead::{DEAD, DeadLetter, DeadLetters, dead_methods, next_letters};
use crate::types::operation::{Access, Operation};

/// What failed too often, or cannot be read.
impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    dead_methods!(
        "RedisTaskQueue",
        "RedisTaskQueue::<u64>::new(\"jobs\").max_attempts(1)",
        "jobs.put(7).await?;\njobs.get().await?.reschedule().await?;",
        "what failed too often, or cannot be read; how often it was delivered is forgotten, so that it starts again from \
         attempt 1"
    );
}
