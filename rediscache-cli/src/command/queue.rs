//! A queue as it stands: what waits, who holds what, and what nobody holds.

use redis::Cmd;

use crate::error::Result;
use crate::json::{Json, object};
use crate::names::{self, Beside};
use crate::server::Server;
use crate::survey::Group;
use crate::text;

/// How many workers of a queue are looked at, and how many tasks of each.
const MOST_WORKERS: usize = 1000;
const MOST_TASKS: usize = 20;

/// How many digits of a worker's name are its instance; what follows is the end of its pending list's name.
const INSTANCE: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: u64,
    pub(super) delayed: u64,
    /// When the next delayed one is due, in milliseconds from now.
    pub(super) next_due: Option<i64>,
    pub(super) dead: u64,
    pub(super) workers: Vec<Worker>,
    pub(super) lists: Vec<PendingList>,
}

/// A process that holds tasks.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) instance: String,
    list: String,
    pub(super) held: u64,
    /// How often the tasks were delivered that it holds, of some the most often.
    pub(super) attempt: u64,
    /// For how many milliseconds it has held one of them, of some the longest.
    pub(super) held_for: Option<u64>,
    /// In how many milliseconds it is taken for dead; since when, where that is negative.
    pub(super) ends: i64,
}

/// A list of tasks that were taken.
#[derive(Debug)]
pub(super) struct PendingList {
    /// What its name ends with.
    pub(super) suffix: String,
    pub(super) tasks: u64,
    /// How many of them no worker has a lease on.
    pub(super) unleased: u64,
    /// For how many milliseconds at the least, where programs look after that.
    pub(super) since: Option<u64>,
}

impl Queue {
    pub(super) fn find(server: &mut Server, name: &[u8], group: &Group, now: u64) -> Result<Self> {
        let mut queue = Self::default();
        let delayed = key_of(server, name, group, Beside::Delayed, "$delayed");
        let dead = key_of(server, name, group, Beside::Dead, "$dead");
        let number = |server: &mut Server, key: &[u8], command: &Cmd| server.ask::<u64>(key, command);
        if group.own.as_deref() == Some("list") {
            queue.waiting = number(server, name, redis::cmd("LLEN").arg(name))?;
        }
        if group.has(Beside::Dead) {
            queue.dead = number(server, &dead, redis::cmd("LLEN").arg(&dead))?;
        }
        if group.has(Beside::Delayed) {
            let due = redis::cmd("ZCOUNT").arg(&delayed).arg("-inf").arg(now).clone();
            queue.waiting += number(server, &delayed, &due)?;
            let later = redis::cmd("ZCOUNT").arg(&delayed).arg(format!("({now}")).arg("+inf").clone();
            queue.delayed = number(server, &delayed, &later)?;
            let next = redis::cmd("ZRANGEBYSCORE").arg(&delayed).arg(format!("({now}")).arg("+inf").clone();
            let next: Vec<(Vec<u8>, f64)> =
                server.ask(&delayed, next.clone().arg("WITHSCORES").arg("LIMIT").arg(0).arg(1))?;
            queue.next_due = next.first().map(|(_, due)| until(*due, now));
        }
        queue.find_workers(server, name, group, now)?;
        queue.find_lists(server, name, group, now)?;
        Ok(queue)
    }

    fn find_workers(&mut self, server: &mut Server, name: &[u8], group: &Group, now: u64) -> Result<()> {
        if !group.has(Beside::Clients) {
            return Ok(());
        }
        let clients = key_of(server, name, group, Beside::Clients, "$clients");
        let range = redis::cmd("ZRANGE").arg(&clients).arg(0).arg(MOST_WORKERS - 1).arg("WITHSCORES").clone();
        let known: Vec<(Vec<u8>, f64)> = server.ask(&clients, &range)?;
        for (client, ends) in known {
            let Some((instance, list)) = str::from_utf8(&client).ok().and_then(|name| name.split_at_checked(INSTANCE))
            else {
                // Nobody of us wrote that.
                continue;
            };
            let leases = names::beside(name, &format!("$leases:{instance}"), server.is_cluster());
            let Leases { held, attempt, since } = Leases::at(server, &leases)?;
            let (instance, list) = (instance.to_owned(), list.to_owned());
            let held_for = since.map(|since| now.saturating_sub(since));
            self.workers.push(Worker { instance, list, held, attempt, held_for, ends: until(ends, now) });
        }
        Ok(())
    }

    fn find_lists(&mut self, server: &mut Server, name: &[u8], group: &Group, now: u64) -> Result<()> {
        for (suffix, key) in group.beside.get(&Beside::Pending).into_iter().flatten() {
            let tasks: u64 = server.ask(key, redis::cmd("LLEN").arg(key))?;
            let own = self.workers.iter().filter(|worker| worker.list == *suffix);
            let unleased = tasks.saturating_sub(own.map(|worker| worker.held).sum());
            let since = if unleased > 0 { since(server, name, suffix, now)? } else { None };
            self.lists.push(PendingList { suffix: suffix.clone(), tasks, unleased, since });
        }
        Ok(())
    }

    pub(super) fn pending(&self) -> u64 {
        self.lists.iter().map(|list| list.tasks).sum()
    }

    pub(super) fn alive(&self) -> u64 {
        self.workers.iter().filter(|worker| worker.ends > 0).count() as u64
    }

    pub(super) fn json(&self, name: &[u8], kind: &str) -> Json {
        let workers = self.workers.iter().map(|worker| {
            object! {
                "instance": worker.instance.as_str(), "pending_list": worker.list.as_str(), "held": worker.held,
                "attempt": worker.attempt, "held_ms": worker.held_for, "alive": worker.ends > 0,
                "ends_ms": signed(worker.ends),
            }
        });
        let lists = self.lists.iter().map(|list| {
            object! {
                "pending_list": list.suffix.as_str(), "tasks": list.tasks, "without_worker": list.unleased,
                "since_ms": list.since,
            }
        });
        object! {
            "namespace": text::shown(name), "kind": kind, "waiting": self.waiting, "delayed": self.delayed,
            "next_due_ms": Json::from(self.next_due.map(signed)), "pending": self.pending(), "dead": self.dead,
            "workers": Json::List(workers.collect()), "pending_lists": Json::List(lists.collect()),
        }
    }
}

fn signed(number: i64) -> Json {
    Json::Number(number.to_string())
}

/// The key beside a queue, as the walk found it.
fn key_of(server: &Server, name: &[u8], group: &Group, beside: Beside, suffix: &str) -> Vec<u8> {
    let found = group.beside.get(&beside).and_then(|keys| keys.first());
    found.map_or_else(|| names::beside(name, suffix, server.is_cluster()), |(_, key)| key.clone())
}

/// How long it is until a time that stands in a score.
#[expect(clippy::cast_possible_truncation, reason = "what is further away than 292 million years may be told as that")]
fn until(time: f64, now: u64) -> i64 {
    (time as i64).saturating_sub_unsigned(now)
}

/// What a worker holds.
struct Leases {
    held: u64,
    /// How often one of the tasks was delivered, of some the most often.
    attempt: u64,
    /// When one of them was taken, of some the first.
    since: Option<u64>,
}

impl Leases {
    fn at(server: &mut Server, key: &[u8]) -> Result<Self> {
        let held: u64 = server.ask(key, redis::cmd("HLEN").arg(key))?;
        let (_, leases) = server.fields(key, 0, MOST_TASKS)?;
        let known: Vec<_> = leases.iter().filter_map(|(_, lease)| read_lease(lease)).collect();
        let attempt = known.iter().map(|(attempt, _)| *attempt).max().unwrap_or_default();
        Ok(Self { held, attempt, since: known.iter().filter_map(|(_, since)| *since).min() })
    }
}

/// Which delivery a task is, and when it was taken: `{attempt}.{ms}:{item}`.
fn read_lease(lease: &[u8]) -> Option<(u64, Option<u64>)> {
    let head = str::from_utf8(lease.split(|byte| *byte == b':').next()?).ok()?;
    let (attempt, since) = head.split_once('.').unwrap_or((head, ""));
    Some((attempt.parse().ok()?, since.parse().ok()))
}

/// For how long tasks have been pending without a lease, where programs keep that: `{ms}x{items},` of each.
fn since(server: &mut Server, name: &[u8], suffix: &str, now: u64) -> Result<Option<u64>> {
    let key = names::beside(name, &format!("$unleased{suffix}"), server.is_cluster());
    let (_, seen) = server.fields(&key, 0, MOST_TASKS)?;
    let first = |text: &[u8]| str::from_utf8(text).ok()?.split_once('x')?.0.parse::<u64>().ok();
    Ok(seen.iter().filter_map(|(_, text)| first(text)).min().map(|first| now.saturating_sub(first)))
}
