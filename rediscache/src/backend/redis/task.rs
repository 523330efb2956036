use std::time::{Duration, SystemTime};

use redis::{FromRedisValue, ToRedisArgs};

use super::request::Effect;
use super::router::Router;
use super::script::Invocation;
use super::{RedisStore, script};
use crate::backend::milliseconds;
use crate::backend::task::{Client, Due, Held, Lease, Outcome, Taken, instance_of, suffix_of};
use crate::error::Result;

impl RedisStore {
    pub(crate) async fn take_tasks(&self, key: &str, client: &Client, first: u64, limit: usize) -> Result<Taken> {
        let (next, taken): (i64, Vec<(u64, u32, Vec<u8>)>) = self.task(key, client, "take", (first, limit)).await?;
        let leases = taken.into_iter().map(|(number, attempt, item)| Lease { number, attempt, item }).collect();
        Ok(Taken { leases, next_change: from_now(next) })
    }

    pub(crate) async fn settle(&self, key: &str, client: &Client, outcome: Outcome, numbers: &[u64]) -> Result<u64> {
        if outcome == Outcome::Done
            && let &[number] = numbers
        {
            return self.finishes.call(key, (client, number)).await.map(u64::from);
        }
        let outcome = match outcome {
            Outcome::Done => "done",
            Outcome::Again => "again",
            Outcome::Untouched => "untouched",
            Outcome::Unreadable => "unreadable",
        };
        self.task(key, client, "settle", (outcome, numbers)).await
    }

    pub(crate) async fn beat(&self, key: &str, client: &Client) -> Result<Held> {
        let (next, numbers) = self.task(key, client, "beat", NOTHING).await?;
        Ok(Held { numbers, next_change: from_now(next) })
    }

    pub(crate) async fn put_later(&self, key: &str, client: &Client, item: &[u8], due: Due) -> Result<()> {
        let (relation, ms) = match due {
            Due::In(after) => ("in", milliseconds(after)),
            Due::At(at) => ("at", milliseconds(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())),
        };
        // A client is made for each such call, so that its name is unique; its instance has no `:` in it.
        self.task(key, client, "put_later", (item, client.instance(), relation, ms)).await
    }

    pub(crate) async fn tasks_len(&self, key: &str, client: &Client) -> Result<u64> {
        self.task(key, client, "len", NOTHING).await
    }

    pub(crate) async fn delayed_len(&self, key: &str, client: &Client) -> Result<u64> {
        self.task(key, client, "delayed_len", NOTHING).await
    }

    pub(crate) async fn reschedule_pending(&self, key: &str, client: &Client, item: &[u8]) -> Result<bool> {
        self.task(key, client, "reschedule_pending", item).await
    }

    pub(crate) async fn reschedule_all_pending(&self, key: &str, client: &Client) -> Result<u64> {
        self.task(key, client, "reschedule_all_pending", NOTHING).await
    }

    pub(crate) async fn requeue_dead(&self, key: &str, client: &Client) -> Result<u64> {
        self.task(key, client, "requeue_dead", NOTHING).await
    }

    pub(crate) async fn clear_dead(&self, key: &str, client: &Client) -> Result<u64> {
        self.task(key, client, "clear_dead", NOTHING).await
    }

    async fn task<T: FromRedisValue>(
        &self,
        key: &str,
        client: &Client,
        command: &str,
        arguments: impl ToRedisArgs,
    ) -> Result<T> {
        let mut script = script(&self.router, key, &client.name)?;
        script.arg(command).arg(&client.name).arg(milliseconds(client.silence));
        script.arg(client.most_attempts.unwrap_or(0)).arg(arguments);
        script.has_effect(match command {
            "len" | "delayed_len" => Effect::Read,
            "beat" => Effect::Idempotent,
            _ => Effect::Once,
        });
        self.router.invoke(&script).await
    }
}

/// Finishes tasks of the client of that name; whether each was still held.
pub(super) async fn finish(router: &Router, key: &str, client: &str, numbers: &[u64]) -> Result<Vec<bool>> {
    router.invoke(script(router, key, client)?.arg("finish").arg(client).arg(0).arg(0).arg(numbers)).await
}

/// The script, on the queue. On a cluster it names the keys that it needs, so that a node which has only some of them,
/// while they are being moved, refuses before anything is done.
fn script(router: &Router, key: &str, client: &str) -> Result<Invocation> {
    if !router.is_cluster() {
        return Ok(script::TASKS.key(key));
    }
    let mut keys = vec![key.to_owned()];
    let leases = format!("$leases:{}", instance_of(client));
    for suffix in ["$clients", "$attempts", "$delayed", "$dead", &leases, suffix_of(client)] {
        keys.push(router.beside(key, suffix)?);
    }
    Ok(script::TASKS.keys(&keys))
}

const NOTHING: Option<u64> = None;

fn from_now(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}
