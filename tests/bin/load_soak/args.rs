use std::path::PathBuf;
use std::str::FromStr;

use support::Random;

pub(crate) const HELP: &str = "\
usage: load_soak [--part PART] [--rounds N] [--processes N] [--callers N] [--seed N] [--server PROGRAM] [--deployment KIND]

Parts:
  race    A round is a load, a change of what is behind it, and a delete. Nothing that was loaded before a delete was acknowledged
          may be stored or given out after it. On a cluster slots move meanwhile, under Sentinels the replica takes over.
  cold    Processes with many callers each ask for one cold key at once: there is one load, and all have it soon after.
  killed  A process that loads is killed, or stopped for longer than its lease, at some step: nobody waits for longer than the
          lease and a second, and what the stopped one brings when it wakes up is not stored.

  speed   Hits, near hits and a cold start, beside the same without loads. To be built with `--release`.

  --part PART        one of them (all but `speed`)
  --rounds N         of `race` (10,000); a hundredth of it of `killed`, a thousandth of `cold`
  --processes N      of `cold` (8)
  --callers N        of `cold`, in each process (1,000)
  --seed N           makes the same choices again; the processes still take their own time
  --server PROGRAM   the server to start (REDISCACHE_SERVER, or `redis-server`)
  --deployment KIND  `server`, or `cluster` or `sentinel`, which know no `--server` but REDISCACHE_SERVER (server)

Exit status: 0 when nothing was violated, 1 when something was, 2 when the work could not be done.
";

/// The environment variable with the seed, where none is given.
const SEED: &str = "REDISCACHE_SOAK_SEED";

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
    pub(crate) seed: u64,
    pub(crate) server: Option<PathBuf>,
    pub(crate) deployment: Deployment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Race,
    Cold,
    Killed,
    Speed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deployment {
    Server,
    Cluster,
    Sentinel,
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
    let (_, seed) = Random::seeded_by(SEED);
    let parts = vec![Part::Cold, Part::Killed, Part::Race];
    let (rounds, processes, callers, server, deployment) = (10_000, 8, 1_000, None, Deployment::Server);
    let mut options = Options { parts, rounds, processes, callers, seed, server, deployment };
    let mut args = args.into_iter();
    while let Some(name) = args.next() {
        if name == "--help" || name == "-h" {
            return Ok(Task::Help);
        }
        let value = args.next().ok_or(format!("{name} needs a value"))?;
        match &*name {
            "--part" => options.parts = vec![part_of(&value)?],
            "--rounds" => options.rounds = number(&value)?,
            "--processes" => options.processes = number(&value)?,
            "--callers" => options.callers = number(&value)?,
            "--seed" => options.seed = number(&value)?,
            "--server" => options.server = Some(value.into()),
            "--deployment" => options.deployment = deployment_of(&value)?,
            _ => return Err(format!("{name} is not known")),
        }
    }
    if options.server.is_some() && options.deployment != Deployment::Server {
        return Err("in a cluster, servers are those of REDISCACHE_SERVER".to_owned());
    }
    Ok(Task::Soak(options))
}

fn part_of(name: &str) -> Result<Part, String> {
    match name {
        "race" => Ok(Part::Race),
        "cold" => Ok(Part::Cold),
        "killed" => Ok(Part::Killed),
        "speed" => Ok(Part::Speed),
        _ => Err(format!("there is no part {name}")),
    }
}

fn deployment_of(name: &str) -> Result<Deployment, String> {
    match name {
        "server" => Ok(Deployment::Server),
        "cluster" => Ok(Deployment::Cluster),
        "sentinel" => Ok(Deployment::Sentinel),
        _ => Err(format!("there is no deployment {name}")),
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number"))
}
