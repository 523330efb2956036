//! What is seen of a task queue from outside, and how it is read in Redis. Times are in milliseconds from now on.

use super::lease::Client;
use super::script::command_of;
use crate::error::Result;
use crate::store::redis::{Effect, FromRedisValue, Router, Script};

static LOOK: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    include_str!("delayed.lua"),
    include_str!("leases.lua"),
    include_str!("look.lua")
));

/// A task that is put for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DelayedTask {
    pub(crate) due: i64,
    /// How often it was delivered before.
    pub(crate) attempt: u32,
    pub(crate) item: Vec<u8>,
}

/// A task that a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingTask {
    /// As clients are named.
    pub(crate) worker: String,
    /// Since when; leases of other programs may not tell.
    pub(crate) since: Option<i64>,
    pub(crate) attempt: u32,
    pub(crate) item: Vec<u8>,
}

/// A client that holds tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkerSeen {
    pub(crate) name: String,
    /// When it is taken for dead.
    pub(crate) silent: i64,
    pub(crate) tasks: u64,
}

/// Some of what one command looks for.
async fn look<T: FromRedisValue>(
    router: &Router,
    (key, client, command): (&str, &Client, &str),
    skipped: u64,
    limit: u64,
) -> Result<Vec<T>> {
    router.send(&command_of(router, &LOOK, key, client, command, Effect::Read)?.arg(skipped).arg(limit)).await
}

pub(super) async fn delayed(
    router: &Router,
    key: &str,
    client: &Client,
    place: (u64, u64),
) -> Result<Vec<DelayedTask>> {
    let found = look(router, (key, client, "look_delayed"), place.0, place.1).await?;
    Ok(found.into_iter().map(|(due, attempt, item)| DelayedTask { due, attempt, item }).collect())
}

pub(super) async fn pending(
    router: &Router,
    key: &str,
    client: &Client,
    place: (u64, u64),
) -> Result<Vec<PendingTask>> {
    let found = look(router, (key, client, "look_pending"), place.0, place.1).await?;
    let task = |(worker, since, attempt, item)| PendingTask { worker, since, attempt, item };
    Ok(found.into_iter().map(task).collect())
}

pub(super) async fn workers(router: &Router, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<WorkerSeen>> {
    let found = look(router, (key, client, "look_workers"), place.0, place.1).await?;
    Ok(found.into_iter().map(|(name, silent, tasks)| WorkerSeen { name, silent, tasks }).collect())
}
