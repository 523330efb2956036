//! A server that is killed, stands still, refuses and evicts, one after the other, while many load.

use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Cmd, Connection, cmd};
use support::{Deployment, Random, Server};

use crate::args::Options;
use crate::asking::Asking;

/// How long anyone may wait: more than the store, two loads and what a busy machine adds.
const BOUND: Duration = Duration::from_secs(2);

/// How long all is well where nothing is to hide what a harm left behind.
const CALM: Duration = Duration::from_secs(1);

/// How long it may take until all is as before.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug)]
enum Harm {
    Killed,
    Frozen,
    Refused,
    Evicting,
}

/// What a server refuses, and by what that is ended.
type Refusal = (&'static [&'static [&'static str]], &'static [&'static [&'static str]]);

const REFUSALS: [Refusal; 5] = [
    // It takes nobody else.
    (
        &[&["CONFIG", "SET", "maxclients", "1"], &["CLIENT", "KILL", "TYPE", "normal"]],
        &[&["CONFIG", "SET", "maxclients", "10000"]],
    ),
    // It is out of memory.
    (&[&["CONFIG", "SET", "maxmemory", "1"]], &[&["CONFIG", "SET", "maxmemory", "0"]]),
    // It has too few replicas.
    (&[&["CONFIG", "SET", "min-replicas-to-write", "1"]], &[&["CONFIG", "SET", "min-replicas-to-write", "0"]]),
    // It is a replica that has no master.
    (
        &[&["CONFIG", "SET", "replica-serve-stale-data", "no"], &["REPLICAOF", "127.0.0.1", "1"]],
        &[&["REPLICAOF", "NO", "ONE"], &["CONFIG", "SET", "replica-serve-stale-data", "yes"]],
    ),
    // It keeps all waiting for a while, also whoever would end that.
    (&[&["CLIENT", "PAUSE", "3000", "ALL"]], &[]),
];

pub(crate) async fn run(options: &Options) -> Result<String, String> {
    if options.shared.deployment != Deployment::Server {
        return Err("this part knows one server alone".to_owned());
    }
    let (mut random, mut figures, mut is_wrong) = (Random::from_seed(options.shared.seed), String::new(), false);
    for harm in [Harm::Killed, Harm::Frozen, Harm::Refused, Harm::Evicting] {
        let mut server = options.shared.server().start();
        let asking = Asking::begin(&server.url(), BOUND, &mut random).await?;
        let (mut chance, time) = (random.fork(), options.harm);
        let harmed = tokio::task::spawn_blocking(move || {
            harm.last(&mut server, time, &mut chance)?;
            Ok::<Server, String>(server)
        });
        let server = harmed.await.map_err(|error| error.to_string())??;
        let recovered = asking.recovers(&server, PATIENCE).await;
        // Time for someone to ask for each key who would wait for what the harm left behind.
        tokio::time::sleep(CALM).await;
        let ended = asking.end().await;
        is_wrong |= recovered.is_err() || ended.is_err();
        let (Ok(text) | Err(text)) = ended;
        figures += &format!("\n  {harm:?} for {time:?}: {text}{}", recovered.err().unwrap_or_default());
    }
    if is_wrong { Err(figures) } else { Ok(figures) }
}

impl Harm {
    /// Does harm for this long.
    fn last(self, server: &mut Server, time: Duration, random: &mut Random) -> Result<(), String> {
        let until = Instant::now() + time;
        let pause = |least: u64, most: u64, random: &mut Random| {
            let pause = Duration::from_millis(random.within(least..most));
            sleep(pause.min(until.saturating_duration_since(Instant::now())));
        };
        // First all are well.
        pause(300, 301, random);
        if let Self::Evicting = self {
            return evict(server, until).map_err(|error| error.to_string());
        }
        // Half of the time at once, and then now and then.
        let long = u64::try_from(time.as_millis() / 2).unwrap_or(u64::MAX).max(1);
        let mut most = (long, long + 1);
        let mut raw = server.raw();
        for refusal in REFUSALS.iter().cycle() {
            if let Self::Refused = self {
                // Each has its share.
                most = (long / 4, long / 4 + 1);
            }
            match self {
                Self::Killed => server.kill(),
                Self::Frozen => server.pause(),
                Self::Refused | Self::Evicting => send(refusal.0, &mut raw)?,
            }
            pause(most.0, most.1, random);
            match self {
                Self::Killed => server.restart(),
                Self::Frozen => server.resume(),
                Self::Refused | Self::Evicting => send(refusal.1, &mut raw)?,
            }
            if Instant::now() >= until {
                return Ok(());
            }
            if most.0 == long {
                sleep(CALM);
            }
            pause(100, 500, random);
            most = (200, 1_500);
        }
        Ok(())
    }
}

fn send(commands: &[&[&str]], raw: &mut Connection) -> Result<(), String> {
    let command = |words: &&[&str]| -> Cmd {
        let mut command = Cmd::new();
        command.arg(*words);
        command
    };
    commands.iter().try_for_each(|words| command(words).exec(raw).map_err(|error| format!("{words:?}: {error}")))
}

/// Has others write so much that whatever is there is evicted.
fn evict(server: &Server, until: Instant) -> redis::RedisResult<()> {
    let mut raw = server.raw();
    let info: String = cmd("INFO").arg("memory").query(&mut raw)?;
    let used =
        info.lines().find_map(|line| line.strip_prefix("used_memory:")).and_then(|used| used.trim().parse().ok());
    cmd("CONFIG").arg(&["SET", "maxmemory-policy", "allkeys-lru"]).exec(&mut raw)?;
    cmd("CONFIG").arg(&["SET", "maxmemory"]).arg(used.unwrap_or(1_000_000_u64) + 500_000).exec(&mut raw)?;
    let ballast = "x".repeat(20_000);
    for number in (0..1_000).cycle() {
        if Instant::now() >= until {
            break;
        }
        cmd("SET").arg(format!("ballast.{number}")).arg(&ballast).exec(&mut raw)?;
        sleep(Duration::from_micros(500));
    }
    let info: String = cmd("INFO").arg("stats").query(&mut raw)?;
    assert!(!info.contains("evicted_keys:0\r"), "nothing was evicted");
    cmd("CONFIG").arg(&["SET", "maxmemory", "0"]).exec(&mut raw)
}
