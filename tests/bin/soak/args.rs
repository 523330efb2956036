use std::path::PathBuf;
use std::time::Duration;

use support::{Random, number};

pub(crate) const HELP: &str = "\
usage: soak [--minutes N | --seconds N] [--every MS] [--seed N] [--protocol P] [--server PROGRAM | --url URL]

Runs 64 callers in 3 processes, which use every operation of caches, queues and task queues, over a proxy before one
server. Every second something breaks: connections are cut, delayed, garbled and closed when they are idle, the server is
stopped, killed, kept busy, out of memory and forbids commands, processes are killed. Every answer is checked against a model of what must be stored, and in the end all that is
stored is. Prints what it did.

  --minutes N, --seconds N   how long (60 seconds)
  --every MS                 the time from one fault to the next (1000)
  --seed N                   makes the same choices again; the processes still take their own time
  --protocol P               `resp2` or `resp3` (`resp2` where the seed is a multiple of three)
  --server PROGRAM           the server to start (REDISCACHE_SERVER, or `redis-server`)
  --url URL                  a server on the loopback interface that runs already, `redis://127.0.0.1:PORT`; only what can
                             be done to one's own connections is done to it. All keys begin with `soak-`, and are removed

Exit status: 0 when nothing was violated, 1 when something was, 2 when the work could not be done.
";

/// The environment variable with the seed, where none is given.
const SEED: &str = "REDISCACHE_SOAK_SEED";

pub(crate) enum Task {
    Soak(Options),
    /// What the program starts itself for.
    Work(Job),
    Help,
}

pub(crate) struct Options {
    pub(crate) duration: Duration,
    /// From one fault to the next.
    pub(crate) period: Duration,
    pub(crate) seed: u64,
    pub(crate) protocol: Option<String>,
    pub(crate) server: Option<PathBuf>,
    pub(crate) url: Option<String>,
}

impl Options {
    /// What the processes speak.
    pub(crate) fn protocol(&self) -> &str {
        self.protocol.as_deref().unwrap_or(if self.seed.is_multiple_of(3) { "resp2" } else { "resp3" })
    }
}

/// What one process has to do.
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) namespace: String,
    pub(crate) seed: u64,
    /// Which process this is, of all that there ever were.
    pub(crate) incarnation: u64,
    /// Its place among those that run.
    pub(crate) place: u64,
}

impl Job {
    pub(crate) fn arguments(&self) -> [String; 6] {
        let Self { url, namespace, seed, incarnation, place } = self;
        [
            "work".to_owned(),
            url.clone(),
            namespace.clone(),
            seed.to_string(),
            incarnation.to_string(),
            place.to_string(),
        ]
    }
}

pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let args: Vec<String> = args.collect();
    if let [work, url, namespace, numbers @ ..] = &*args
        && work == "work"
    {
        let [seed, incarnation, place] = numbers else { return Err("that is no job".to_owned()) };
        let (url, namespace) = (url.clone(), namespace.clone());
        let (seed, incarnation, place) = (number(seed)?, number(incarnation)?, number(place)?);
        return Ok(Task::Work(Job { url, namespace, seed, incarnation, place }));
    }
    let (_, seed) = Random::seeded_by(SEED);
    let (duration, period) = (Duration::from_secs(60), Duration::from_secs(1));
    let mut options = Options { duration, period, seed, protocol: None, server: None, url: None };
    let mut args = args.into_iter();
    while let Some(name) = args.next() {
        if name == "--help" || name == "-h" {
            return Ok(Task::Help);
        }
        let mut value = || args.next().ok_or(format!("{name} needs a value"));
        match &*name {
            "--minutes" => options.duration = Duration::from_secs(60 * number::<u64>(&value()?)?),
            "--seconds" => options.duration = Duration::from_secs(number(&value()?)?),
            "--every" => options.period = Duration::from_millis(number(&value()?)?),
            "--seed" => options.seed = number(&value()?)?,
            "--protocol" => {
                options.protocol = Some(value()?).filter(|protocol| ["resp2", "resp3"].contains(&&**protocol));
            }
            "--server" => options.server = Some(value()?.into()),
            "--url" => options.url = Some(value()?),
            _ => return Err(format!("{name} is not known")),
        }
    }
    if options.url.is_some() && options.server.is_some() {
        return Err("--url and --server exclude each other".to_owned());
    }
    Ok(Task::Soak(options))
}
