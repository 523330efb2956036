//! Workers over one queue that are killed at random, on a server that is killed too.
//!
//! A task counts as done when its worker recorded so, which it does before it finalizes it: a worker that is killed in
//! between leaves a task that is done and comes again. That all were finalized is told by the server, which has no key
//! left in the end; there is no other way out of the queue.

mod crew;
mod ledger;

use std::io::Write as _;
use std::time::{Duration, Instant};
use std::{fmt, io};

use futures_util::{StreamExt, TryStreamExt, stream};
use redis::RedisResult;
use rediscache::{RedisSession, RedisTaskQueue};
use support::{Random, Server};
use tokio::time::sleep;

use crew::Crew;
use ledger::Ledger;

/// Makes all choices the same again; the tasks and the workers take their own time.
const SEED: &str = "REDISCACHE_FORCE_SEED";

const NAMESPACE: &str = "force";
const WORKERS: usize = 3;

/// How many tasks a worker works on at once.
const AT_ONCE: u64 = 12;

const TASKS: u64 = 20_000;

/// How many of the tasks are put in for later, and how much later at most, in milliseconds.
const LATER: u64 = 2_000;
const LATEST: u64 = 10_000;

const BETWEEN_KILLS: Duration = Duration::from_millis(200);

/// How long it may take before something is wrong.
const LIMIT: Duration = Duration::from_secs(240);

struct Trial {
    random: Random,
    seed: u64,
    server: Server,
    crew: Crew,
    ledger: Ledger,
    started: Instant,
    kills: u64,
    restarts: u64,
}

#[tokio::test]
async fn no_task_is_lost_whenever_workers_and_the_server_are_killed() {
    let mut trial = Trial::start().await;
    // How much of the work is done when the server dies.
    for percent in [trial.random.within(20..50), trial.random.within(70..95)] {
        trial.kill_workers_until(TASKS * percent / 100).await;
        trial.kill_server().await;
    }
    // Those who live then find by themselves what the server took, and could not tell before it died.
    trial.wait_until_nothing_is_left().await;
    // Past the lock of the test harness, so that it is seen when all is well too.
    writeln!(io::stderr(), "FORCE {trial}").expect("standard error can be written");
}

impl Trial {
    async fn start() -> Self {
        let (mut random, seed) = Random::seeded_by(SEED);
        let server = Server::options().args(["--appendonly", "yes", "--appendfsync", "always"]).start();
        fill(&server, &mut random).await.expect("the queue can be filled");
        let crew = Crew::start(WORKERS, server.url());
        let ledger = Ledger::of((0..WORKERS).map(|number| crew.record(number)));
        Self { random, seed, server, crew, ledger, started: Instant::now(), kills: 0, restarts: 0 }
    }

    /// Kills a worker now and then until so many tasks were done.
    async fn kill_workers_until(&mut self, done: u64) {
        while self.ledger.done() < done {
            sleep(BETWEEN_KILLS).await;
            self.kill_a_worker();
            self.ledger.read();
            self.check_time();
        }
    }

    fn kill_a_worker(&mut self) {
        let number = self.random.within(0..WORKERS as u64);
        self.crew.kill(usize::try_from(number).expect("a small number"));
        self.kills += 1;
    }

    /// Kills the server, and a worker while there is none. Away for longer, it takes all of them for dead.
    async fn kill_server(&mut self) {
        self.server.kill();
        let absence = Duration::from_millis(self.random.within(0..1_000));
        sleep(absence).await;
        self.kill_a_worker();
        sleep(absence).await;
        self.server.restart();
        self.restarts += 1;
    }

    async fn wait_until_nothing_is_left(&mut self) {
        while redis::cmd("DBSIZE").query::<u64>(&mut self.server.raw()) != Ok(0) {
            sleep(Duration::from_millis(20)).await;
            self.check_time();
        }
        self.crew.check();
        self.ledger.read();
        assert_eq!(self.ledger.done(), TASKS, "missing are {:?}", self.ledger.missing(TASKS));
        // Every other one was told so.
        let unanswered = (self.kills + self.restarts * WORKERS as u64) * AT_ONCE;
        assert!(self.ledger.finalized() + unanswered >= TASKS, "too few were told that they finalized a task");
    }

    fn check_time(&self) {
        if self.started.elapsed() > LIMIT {
            let workers: Vec<String> = (0..WORKERS).map(|number| self.crew.complaint(number)).collect();
            panic!("not over after {LIMIT:?}\n{}\n{}", keys(&self.server), workers.join("\n"));
        }
    }
}

/// So that a failure, wherever it is found, tells its seed.
impl Drop for Trial {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("FORCE {self}");
        }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, ledger, started, kills, restarts, .. } = self;
        let (done, finalized, redelivered) = (ledger.done(), ledger.finalized(), ledger.redelivered());
        write!(f, "tasks={TASKS} done={done} finalized={finalized} kills={kills} server_restarts={restarts} ")?;
        write!(f, "redelivered={redelivered} seconds={:.1} seed={seed}", started.elapsed().as_secs_f64())
    }
}

/// Puts all tasks in, numbered from 0, some of them for later.
async fn fill(server: &Server, random: &mut Random) -> rediscache::Result<()> {
    let session = RedisSession::connect(&server.url()).await?;
    let tasks = RedisTaskQueue::<u64>::new(NAMESPACE).on(&session);
    tasks.put_many(LATER..TASKS).await?;
    let later = (0..LATER).map(|number| (number, Duration::from_millis(random.within(0..LATEST))));
    let puts = stream::iter(later).map(|(number, after)| tasks.put_after(number, after));
    puts.buffer_unordered(100).try_collect::<()>().await?;
    session.close().await
}

/// Every key on the server, with what it holds.
fn keys(server: &Server) -> String {
    let describe = || -> RedisResult<String> {
        let mut connection = server.raw();
        let mut lines = Vec::new();
        for key in redis::cmd("KEYS").arg("*").query::<Vec<String>>(&mut connection)? {
            let (command, rest): (_, &[&str]) = match &*redis::cmd("TYPE").arg(&key).query::<String>(&mut connection)? {
                "list" => ("LRANGE", &["0", "9"]),
                "hash" => ("HGETALL", &[]),
                _ => ("ZRANGE", &["0", "9", "WITHSCORES"]),
            };
            let held: Vec<String> = redis::cmd(command).arg(&key).arg(rest).query(&mut connection)?;
            lines.push(format!("{key}: {:?}", &held[..held.len().min(20)]));
        }
        Ok(lines.join("\n"))
    };
    describe().unwrap_or_else(|error| format!("the server does not tell: {error}"))
}
