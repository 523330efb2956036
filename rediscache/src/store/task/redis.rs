//! Task queues in Redis: every operation is one run of one script, so that what it changes changes together.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::lease::{
    Client, Due, EndingLease, Held, Lease, Outcome, Side, Taken, TaskStats, Unread, Whereabouts, instance_of, suffix_of,
};
use crate::error::Result;
use crate::refusal;
use crate::store::milliseconds::milliseconds;
use crate::store::packed::Packed;
use crate::store::redis::{Batch, Batcher, Effect, Request, Router, Script};

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
static FINALIZE: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("finalize.lua")));

/// The scripts of task queues. Tasks that are finalized at one time go out together.
#[derive(Debug)]
pub(crate) struct RedisTasks {
    router: Arc<Router>,
    finalized: Arc<Batcher<Finalized>>,
}

impl RedisTasks {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), finalized: Batcher::new(router) }
    }

    pub(super) async fn take(&self, key: &str, client: &Client, first: u64, limit: usize) -> Result<Taken> {
        let request = self.request(key, client, "take", Effect::Once)?.arg(first).arg(limit);
        let (next, taken, unread): TakenAnswer = self.router.send(&request).await?;
        let lease = |(number, attempt, item)| Lease { number, attempt, item, unread: Unread::default() };
        let mut leases: Vec<Lease> = taken.into_iter().map(lease).collect();
        for (number, failures, since) in unread {
            if let Some(lease) = leases.iter_mut().find(|lease| lease.number == number) {
                lease.unread = Unread { failures, since };
            }
        }
        Ok(Taken { leases, next_change: from_now(next) })
    }

    pub(super) async fn settle(
        &self,
        key: &str,
        client: &Client,
        outcome: Outcome,
        leases: &[EndingLease],
    ) -> Result<u64> {
        let outcome = match (outcome, leases) {
            (Outcome::Finalized, &[lease]) => return self.finalized.call(key, (client, lease)).await.map(u64::from),
            (Outcome::Finalized, _) => "finalized",
            (Outcome::Rescheduled, _) => "rescheduled",
            (Outcome::Untouched, _) => "untouched",
        };
        let request = self.request(key, client, "settle", Effect::Once)?.arg(outcome).arg(sides(leases));
        self.router.send(&request.args(numbers(leases))).await
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

    pub(super) async fn clear(&self, key: &str, client: &Client) -> Result<()> {
        self.router.send(&self.request(key, client, "clear", Effect::Idempotent)?).await
    }

    fn request<'a>(&self, key: &'a str, client: &Client, command: &str, effect: Effect) -> Result<Request<'a>> {
        let text = if ["take", "settle", "beat"].contains(&command) { &TASKS } else { &QUEUE };
        let request = script(&self.router, text, key, &client.name, &[], effect)?.arg(command).arg(&client.name);
        Ok(request.arg(milliseconds(client.silence)).arg(client.most_attempts.unwrap_or(0)))
    }
}

/// A script on the queue. On a cluster it names the keys that it needs, so that a node which has only some of them,
/// while they are being moved, refuses before anything is done.
fn script<'a>(
    router: &Router,
    script: &'static Script,
    key: &'a str,
    client: &str,
    also: &[&str],
    effect: Effect,
) -> Result<Request<'a>> {
    if !router.is_cluster() {
        return Ok(Request::script(script, key, effect));
    }
    let leases = format!("$leases:{}", instance_of(client));
    let suffixes = ["$clients", "$attempts", "$delayed", "$dead", &leases, suffix_of(client)];
    let mut beside = suffixes.map(|suffix| router.beside(key, suffix)).into_iter().collect::<Result<Vec<_>>>()?;
    beside.extend(also.iter().map(|&key| key.to_owned()));
    Ok(Request::script_on(script, key, &beside, effect))
}

/// One letter for each.
fn sides(leases: &[EndingLease]) -> String {
    let letter = |lease: &EndingLease| match lease.side {
        Side::Oldest => 'o',
        Side::Newest => 'n',
    };
    leases.iter().map(letter).collect()
}

fn numbers(leases: &[EndingLease]) -> impl Iterator<Item = u64> {
    leases.iter().map(|lease| lease.number)
}

/// When to come again; number, attempt and item of each task; and of those that some program could not read, how often and
/// since when.
type TakenAnswer = (i64, Vec<(u64, u32, Vec<u8>)>, Vec<(u64, u32, u64)>);

fn whereabouts(answer: Vec<u8>) -> Result<Vec<Whereabouts>> {
    let one = |code| match code {
        0 => Ok(Whereabouts::Elsewhere),
        1 => Ok(Whereabouts::Delayed),
        2 => Ok(Whereabouts::Dead),
        _ => Err(refusal::unexpected()),
    };
    answer.into_iter().map(one).collect()
}

fn from_now(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// Tasks of one client that are finalized in one script.
#[derive(Default)]
struct Finalized {
    client: String,
    leases: Vec<EndingLease>,
}

impl Batch for Finalized {
    type Call<'a> = (&'a Client, EndingLease);
    type Answer = bool;

    fn add(&mut self, (client, lease): (&Client, EndingLease)) {
        self.client.clone_from(&client.name);
        self.leases.push(lease);
    }

    fn has_room_for(&self, (client, _): &(&Client, EndingLease)) -> bool {
        self.leases.len() < Packed::MOST_PARTS && (self.leases.is_empty() || self.client == client.name)
    }

    fn retain(&mut self, wanted: &[bool]) {
        let mut wanted = wanted.iter();
        self.leases.retain(|_| wanted.next().copied().unwrap_or_default());
    }

    async fn send(self, router: &Router, key: &str) -> Result<Vec<bool>> {
        let request = script(router, &FINALIZE, key, &self.client, &[], Effect::Once)?;
        router.send(&request.arg(&self.client).arg(sides(&self.leases)).args(numbers(&self.leases))).await
    }
}
