//! Task queues in Redis: every operation is one run of one script, so that what it changes changes together.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::lease::{Client, Due, EndingLease, Held, Outcome, TaskStats, Unread, Whereabouts};
use super::look::{self, DelayedTask, PendingTask, WorkerSeen};
use super::script::{command_of, from_now, script};
use super::work::{TaskTaker, WorkCall, WorkDone};
use super::work_batch::{WorkBatch, side};
use crate::error::Result;
use crate::refusal;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Batcher, Effect, Request, Router, Script};

static TASKS: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    include_str!("delayed.lua"),
    include_str!("leases.lua"),
    include_str!("tasks.lua")
));
static QUEUE: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    include_str!("delayed.lua"),
    include_str!("leases.lua"),
    include_str!("queue.lua"),
    include_str!("later.lua")
));

/// The scripts of task queues. Tasks that are finalized or taken at one time go out together.
#[derive(Debug)]
pub(crate) struct RedisTasks {
    router: Arc<Router>,
    work: Arc<Batcher<WorkBatch>>,
}

impl RedisTasks {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), work: Batcher::new(router) }
    }

    pub(super) async fn work(&self, key: &str, taker: &Arc<dyn TaskTaker>, call: WorkCall<'_>) -> Result<WorkDone> {
        self.work.call(key, (taker, call)).await?
    }

    pub(super) async fn settle(
        &self,
        key: &str,
        client: &Client,
        outcome: Outcome,
        leases: &[EndingLease],
    ) -> Result<u64> {
        let outcome = match outcome {
            Outcome::Rescheduled => "rescheduled",
            Outcome::Untouched => "untouched",
        };
        let sides: String = leases.iter().map(|lease| side(*lease)).collect();
        let request = self.request(key, client, "settle", Effect::Once)?.arg(outcome).arg(sides);
        self.router.send(&request.args(leases.iter().map(|lease| lease.number))).await
    }

    pub(super) async fn retry_after(
        &self,
        key: &str,
        client: &Client,
        failed: &[(u64, Duration)],
    ) -> Result<Vec<Whereabouts>> {
        let mut request = self.request(key, client, "retry_after", Effect::Once)?;
        for &(number, after) in failed {
            request = request.arg(number).arg(milliseconds(after));
        }
        whereabouts(self.router.send(&request).await?)
    }

    pub(super) async fn put_off_unread(
        &self,
        key: &str,
        client: &Client,
        unread: &[(u64, Duration, Unread)],
    ) -> Result<Vec<Whereabouts>> {
        let mut request = self.request(key, client, "unreadable", Effect::Once)?;
        request = request.arg(milliseconds(client.unreadable_for));
        for &(number, after, Unread { failures, since }) in unread {
            request = request.arg(number).arg(milliseconds(after)).arg(failures).arg(since);
        }
        whereabouts(self.router.send(&request).await?)
    }

    pub(super) async fn keep(&self, key: &str, client: &Client, numbers: &[u64]) -> Result<()> {
        self.router.send(&self.request(key, client, "keep", Effect::Idempotent)?.arg(numbers)).await
    }

    pub(super) async fn recover_unleased(&self, key: &str, client: &Client, after: Duration) -> Result<u64> {
        let seen = self.router.beside(key, &format!("$unleased{}", client.pending_suffix()))?;
        let request = script(&self.router, &QUEUE, key, &client.name, &[&seen], Effect::Once)?;
        let request = request.arg("recover_unleased").arg(&client.name).arg(milliseconds(client.silence)).arg(0);
        self.router.send(&request.arg(milliseconds(after)).arg(&seen)).await
    }

    pub(super) async fn beat(&self, key: &str, client: &Client) -> Result<Held> {
        let request = self.request(key, client, "beat", Effect::Idempotent)?;
        let (next, numbers) = self.router.send(&request).await?;
        Ok(Held { numbers, next_change: from_now(next) })
    }

    pub(super) async fn put_later(&self, key: &str, client: &Client, item: &[u8], due: Due) -> Result<()> {
        let (relation, ms) = match due {
            Due::In(after) => ("in", milliseconds(after)),
            Due::At(at) => ("at", milliseconds(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())),
        };
        // A client is made for each such call, so that its name is unique; its instance has no `:` in it.
        let request = self.request(key, client, "put_later", Effect::Once)?;
        self.router.send(&request.arg(item).arg(client.instance()).arg(relation).arg(ms)).await
    }

    pub(super) async fn len(&self, key: &str, client: &Client) -> Result<u64> {
        self.router.send(&self.request(key, client, "len", Effect::Read)?).await
    }

    pub(super) async fn delayed_len(&self, key: &str, client: &Client) -> Result<u64> {
        self.router.send(&self.request(key, client, "delayed_len", Effect::Read)?).await
    }

    pub(super) async fn reschedule_pending(&self, key: &str, client: &Client, item: &[u8]) -> Result<bool> {
        self.router.send(&self.request(key, client, "reschedule_pending", Effect::Once)?.arg(item)).await
    }

    pub(super) async fn reschedule_all_pending(&self, key: &str, client: &Client) -> Result<u64> {
        self.router.send(&self.request(key, client, "reschedule_all_pending", Effect::Once)?).await
    }

    pub(super) async fn stats(&self, key: &str, client: &Client) -> Result<TaskStats> {
        let request = self.request(key, client, "stats", Effect::Read)?;
        let (waiting, delayed, pending, dead, clients) = self.router.send(&request).await?;
        Ok(TaskStats { waiting, delayed, pending, dead, clients })
    }

    pub(super) async fn look_delayed(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<DelayedTask>> {
        look::delayed(&self.router, key, client, place).await
    }

    pub(super) async fn look_pending(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<PendingTask>> {
        look::pending(&self.router, key, client, place).await
    }

    pub(super) async fn look_workers(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<WorkerSeen>> {
        look::workers(&self.router, key, client, place).await
    }

    pub(super) async fn clear(&self, key: &str, client: &Client) -> Result<()> {
        self.router.send(&self.request(key, client, "clear", Effect::Idempotent)?).await
    }

    pub(super) async fn clear_all(&self, key: &str, client: &Client) -> Result<()> {
        self.router.send(&self.request(key, client, "clear_all", Effect::Idempotent)?).await
    }

    fn request<'a>(&self, key: &'a str, client: &Client, command: &str, effect: Effect) -> Result<Request<'a>> {
        let text = if ["settle", "beat"].contains(&command) { &TASKS } else { &QUEUE };
        command_of(&self.router, text, key, client, command, effect)
    }
}

fn whereabouts(answer: Vec<u8>) -> Result<Vec<Whereabouts>> {
    let one = |code| match code {
        0 => Ok(Whereabouts::Elsewhere),
        1 => Ok(Whereabouts::Delayed),
        2 => Ok(Whereabouts::Dead),
        _ => Err(refusal::unexpected()),
    };
    answer.into_iter().map(one).collect()
}
