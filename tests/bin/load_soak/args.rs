use std::time::Duration;

use support::{SoakOptions, number};

pub(crate) const HELP: &str = "\
usage: load_soak [--part PART] [--rounds N] [--processes N] [--callers N] [--minutes N | --seconds N] [--seed N]
                 [--server PROGRAM] [--deployment KIND]

Parts:
  race    A round is a load, a change of what is behind it, and a delete. Nothing that was loaded before a delete was acknowledged
          may be stored or given out after it. On a cluster slots move meanwhile, under Sentinels the replica takes over: of each
          old value it is then checked that the replica had not heard of the delete. Of a quarter of the keys each delete waits
          until it has, and is never undone.
  cold    Processes with many callers each ask for one cold key at once: there is one load, and all have it soon after.
  killed  A process that loads is killed, or stopped for longer than its lease, at some step: nobody waits for longer than the
          lease and a second, and what the stopped one brings when it wakes up is not stored.
  harm    A server is killed, frozen, refuses and evicts, one after the other, while many load and some delete. Whoever asks is
          answered, and soon, with what was right when they asked or later; a process has one loader of a key at a time.
  speed   Hits, near hits and a cold start, beside the same without loads. To be built with `--release`.

  --part PART        one of them (all but `harm` and `speed`)
  --rounds N         of `race` (10,000); a hundredth of it of `killed`, a thousandth of `cold`
  --processes N      of `cold` (8)
  --callers N        of `cold`, in each process (1,000)
  --minutes N, --seconds N   how long each harm of `harm` lasts (60 seconds)
  --seed N           makes the same choices again; the processes still take their own time
  --server PROGRAM   the server to start (REDISCACHE_SERVER, or `redis-server`)
  --deployment KIND  `server`, or `cluster` or `sentinel`, which know no `--server` but REDISCACHE_SERVER (server)

Exit status: 0 when nothing was violated, 1 when something was, 2 when the work could not be done.
";

pub(crate) enum Task {
    Soak(Options),
    /// What the program starts itself for.
    Child(Job),
    Help,
}

pub(crate) struct Options {
    pub(crate) parts: Vec<Part>,
    pub(crate) rounds: u64,
    pub(crate) processes: usize,
    pub(crate) callers: usize,
    /// How long each harm lasts.
    pub(crate) harm: Duration,
    pub(crate) shared: SoakOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Race,
    Cold,
    Killed,
    Harm,
    Speed,
}

/// What a process that loads has to know.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) namespace: String,
    pub(crate) callers: usize,
    /// In milliseconds.
    pub(crate) load: u64,
    pub(crate) lease: u64,
}

pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let args: Vec<String> = args.collect();
    if let [child, url, namespace, callers, load, lease] = &*args
        && child == "child"
    {
        let (url, namespace) = (url.clone(), namespace.clone());
        let (callers, load, lease) = (number(callers)?, number(load)?, number(lease)?);
        return Ok(Task::Child(Job { url, namespace, callers, load, lease }));
    }
    let (mut parts, mut rounds) = (vec![Part::Cold, Part::Killed, Part::Race], 10_000);
    let (mut processes, mut callers, mut harm) = (8, 1_000, Duration::from_secs(60));
    let shared = SoakOptions::parse(args, |name, value| {
        match name {
            "--part" => parts = vec![part_of(value)?],
            "--rounds" => rounds = number(value)?,
            "--processes" => processes = number(value)?,
            "--callers" => callers = number(value)?,
            "--minutes" => harm = Duration::from_secs(60 * number::<u64>(value)?),
            "--seconds" => harm = Duration::from_secs(number(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(shared.map_or(Task::Help, |shared| Task::Soak(Options { parts, rounds, processes, callers, harm, shared })))
}

fn part_of(name: &str) -> Result<Part, String> {
    match name {
        "race" => Ok(Part::Race),
        "cold" => Ok(Part::Cold),
        "killed" => Ok(Part::Killed),
        "harm" => Ok(Part::Harm),
        "speed" => Ok(Part::Speed),
        _ => Err(format!("there is no part {name}")),
    }
}
