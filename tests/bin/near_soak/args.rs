use std::time::Duration;

use rediscache::Near;
use support::{SoakOptions, number};

pub(crate) const HELP: &str = "\
usage: near_soak [--rounds N] [--mode MODE] [--bound MS] [--seed N] [--server PROGRAM] [--deployment KIND]

Reads from near caches in this process. A round is one write to what they read, in another process or, of some keys, in
this one. The values of a key only grow. Meanwhile the connection that tells of changes is cut, frozen, swallowed and
delayed at random, the server forbids what readers need and is out of memory. Of each value that is read it is checked that none that is newer was known for longer than the bound,
to a reader or by the return of its write, and none at all of those that this process wrote. On a cluster and under
Sentinels, that connection is cut, servers stand still for moments, slots move, and replicas take over. Prints what it did.

  --rounds N         in each mode (10,000)
  --mode MODE        `tracking` or `fields` (both, one after the other)
  --bound MS         the bound on staleness that the caches are given (100)
  --seed N           makes the same choices again; the processes still take their own time
  --server PROGRAM   the server to start (REDISCACHE_SERVER, or `redis-server`)
  --deployment KIND  `server`, or `cluster` or `sentinel`, which know no `--server` but REDISCACHE_SERVER (server)

Exit status: 0 when nothing was violated, 1 when something was, 2 when the work could not be done.
";

pub(crate) enum Task {
    Read(Options),
    /// What the program starts itself for.
    Write(Job),
    Help,
}

pub(crate) struct Options {
    pub(crate) rounds: u64,
    pub(crate) modes: Vec<Mode>,
    pub(crate) bound: Duration,
    pub(crate) shared: SoakOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Tracking,
    Fields,
}

/// What a writing process has to know.
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) mode: Mode,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tracking => "tracking",
            Self::Fields => "fields",
        }
    }

    pub(crate) fn near(self) -> Near {
        match self {
            Self::Tracking => Near::tracking(),
            Self::Fields => Near::fields(),
        }
    }

    fn of(name: &str) -> Result<Self, String> {
        let modes = [Self::Tracking, Self::Fields];
        modes.into_iter().find(|mode| mode.name() == name).ok_or(format!("there is no mode {name}"))
    }
}

pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let args: Vec<String> = args.collect();
    if let [write, url, mode] = &*args
        && write == "write"
    {
        return Ok(Task::Write(Job { url: url.clone(), mode: Mode::of(mode)? }));
    }
    let (mut rounds, mut modes, mut bound) = (10_000, vec![Mode::Tracking, Mode::Fields], Duration::from_millis(100));
    let shared = SoakOptions::parse(args, |name, value| {
        match name {
            "--rounds" => rounds = number(value)?,
            "--mode" => modes = vec![Mode::of(value)?],
            "--bound" => bound = Duration::from_millis(number::<u64>(value)?.max(1)),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(shared.map_or(Task::Help, |shared| Task::Read(Options { rounds, modes, bound, shared })))
}
