//! What becomes of which call, as the page of the documentation says: its table is walked, every operation under every
//! fault.

mod call;
mod harm;
mod own_timeout;
mod page;
mod secret;
mod storm;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use redis::Connection;
use rediscache::{Error, ErrorKind, RedisSession, Result};
use support::{Proxy, Server, namespace};
use tokio::runtime::Handle;

use self::call::{Call, NAMES, Objects, WAITS, decisive, is_of_values, method, operations, prepare, wait};
use self::harm::Harm;
use self::page::{Class, Expected, Row, rows};
use crate::{PATIENCE, eventually_async};

/// Long enough for what should be done, on a slow machine too.
const TIMEOUT: Duration = Duration::from_secs(3);

/// What a slow machine may add.
const SLACK: Duration = Duration::from_secs(5);

/// How many faults are walked at the same time.
const TOGETHER: usize = 4;

/// One call, on a session and behind a proxy of its own.
struct Stage {
    class: Class,
    name: &'static str,
    proxy: Proxy,
    objects: Objects,
    call: Option<Call>,
}

/// What came of one call.
struct Outcome {
    class: Class,
    name: &'static str,
    answer: Result<()>,
    took: Duration,
    /// How often the request was sent.
    sent: u64,
}

#[derive(Default)]
struct Figures {
    faults: usize,
    calls: usize,
    failed: BTreeMap<String, usize>,
    overrun: Duration,
    recoveries: Vec<Duration>,
    wrong: Vec<String>,
}

impl Stage {
    async fn new(server: &Server, protocol: &str, class: Class, name: &'static str) -> Self {
        let proxy = Proxy::before(server);
        let url = format!("{}?protocol={protocol}", proxy.url());
        let builder = RedisSession::builder(url).global_namespace(namespace("fault"));
        let session = builder.response_timeout(TIMEOUT).connect().await.unwrap();
        Self { class, name, proxy, objects: Objects::new(&session), call: None }
    }

    /// With all that the call needs; then no more is sent but the call.
    async fn prepare(&mut self, mut raw: Connection) -> &mut Self {
        self.objects.fill(self.name).await.unwrap();
        self.call = Some(prepare(self.name, &self.objects).await.unwrap());
        let has_more = ["requeue_dead", "requeue_one", "delete_one", "check", "check_n", "try_acquire", "release"];
        let written = match self.name {
            name if is_of_values(name) => 2,
            name if has_more.contains(&name) => 7,
            _ => 6,
        };
        let record = self.objects.numbers.key().unwrap().replace(".numbers", ".$objects");
        eventually_async("nothing but the call", || {
            let recorded: redis::RedisResult<usize> = redis::cmd("HLEN").arg(&record).query(&mut raw);
            recorded == Ok(written) && self.proxy.unanswered() == 0
        })
        .await;
        self
    }

    /// How many requests were sent.
    fn sent(&self) -> u64 {
        self.proxy.requests("")
    }

    /// Another call, when all is well again. An attempt to connect that began before that may be under way: whoever calls
    /// meanwhile is told what comes of it, and the next one is not.
    async fn make_another(&self) -> (Result<()>, Duration) {
        let started = Instant::now();
        let mut answer = self.objects.numbers.set(7, 7).await;
        if answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Config) {
            answer = self.objects.numbers.set(7, 7).await;
        }
        (answer, started.elapsed())
    }

    /// Puts an item into all queues, past the proxy.
    async fn put_one(&self, server: &Server) {
        let global = self.objects.numbers.key().unwrap().replace(".numbers", "");
        let session = RedisSession::builder(server.url()).global_namespace(global).connect().await.unwrap();
        let objects = Objects::new(&session);
        objects.plain.put(1).await.and(objects.jobs.put(1).await).unwrap();
    }

    /// Whether all that is under way is the wait of a queue. One for tasks beats, looks, waits, and looks once more when
    /// it hears what is published, which RESP2 does not tell: there, whoever waited for that would wait until the waits of all
    /// have lasted for as long as one command may, and look.
    fn only_waits(&self, protocol: &str) -> bool {
        let looks = match (self.name, protocol) {
            ("get of tasks", "resp2") => 2,
            ("get of tasks", _) => 3,
            _ => 0,
        };
        self.proxy.unanswered() == 1 && self.proxy.requests("EVALSHA") >= looks
    }

    async fn make(&mut self) -> Outcome {
        let Some(call) = self.call.take() else { panic!("a call is made once") };
        let (started, before) = (Instant::now(), self.sent());
        let answer = tokio::time::timeout(PATIENCE, call).await.unwrap_or_else(|_| panic!("{} hangs", self.name));
        let (took, sent) = (started.elapsed(), self.sent() - before);
        Outcome { class: self.class, name: self.name, answer, took, sent }
    }
}

/// Every operation of the page and no other is called.
#[test]
fn the_page_lists_every_operation() {
    let listed: BTreeSet<&str> = operations().into_iter().map(|(_, name)| name).collect();
    assert_eq!(listed, NAMES.iter().copied().collect());
    assert_eq!(listed.len(), operations().len(), "one is listed twice");
}

/// On runtimes of their own, so that the tasks of each can be counted.
#[test]
fn every_call_ends_as_the_page_says() {
    walk("resp3");
}

/// The other protocol, which is what proxies speak.
#[test]
#[ignore = "as long as the other, and the same on every server: `.ci/run` runs it on one"]
fn every_call_ends_as_the_page_says_in_resp2() {
    walk("resp2");
}

fn walk(protocol: &str) {
    let (waiting, all) = (Mutex::new(rows()), Mutex::new(Figures::default()));
    let work = || {
        loop {
            let Some(row) = waiting.lock().unwrap().pop() else { return };
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let mut figures = Figures { faults: 1, ..Figures::default() };
            runtime.block_on(async {
                walk_calls(&row, protocol, &mut figures).await;
                walk_waits(&row, protocol, &mut figures).await;
            });
            all.lock().unwrap().add(figures);
        }
    };
    std::thread::scope(|threads| (0..TOGETHER).for_each(|_| drop(threads.spawn(work))));
    let all = all.into_inner().unwrap();
    all.print();
    assert!(all.wrong.is_empty(), "not as the page says:\n{}", all.wrong.join("\n"));
    assert!(all.overrun < SLACK, "a call outlived its timeout by {:?}", all.overrun);
}

/// All calls under one fault.
async fn walk_calls(row: &Row, protocol: &str, figures: &mut Figures) {
    let mut harm = Harm::new(row.fault);
    teach(&harm.server).await;
    let server = &harm.server;
    let stages = operations().into_iter().map(|(class, name)| Stage::new(server, protocol, class, name));
    let mut stages = join_all(stages).await;
    // All at the same time, some would take longer than a call may on a busy machine.
    let ready = stream::iter(stages.iter_mut()).map(|stage| stage.prepare(server.raw())).buffered(16);
    for stage in ready.collect::<Vec<_>>().await {
        harm.strikes().into_iter().for_each(|strike| stage.proxy.strike(decisive(stage.name), strike));
        harm.strike_proxy(&stage.proxy);
    }
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    harm.strike_server();
    if harm.cuts() {
        stages.iter().for_each(|stage| stage.proxy.cut());
    }
    if harm.cuts() || harm.restarts() {
        // Where that is known, none has a task any more.
        eventually_async("the end of all connections", || tasks() + stages.len() <= before).await;
    }
    for outcome in join_all(stages.iter_mut().map(Stage::make)).await {
        figures.judge(row, &outcome);
        if !harm.strikes().is_empty() {
            figures.judge_repetition(row, &outcome);
        }
    }
    for stage in &stages {
        assert!(harm.strikes().is_empty() || stage.proxy.struck() > 0, "{}: no strike at {}", row.fault, stage.name);
        stage.proxy.heal();
    }
    harm.heal();
    for (next, took) in join_all(stages.iter().map(Stage::make_another)).await {
        figures.recoveries.push(took);
        if let Err(error) = next {
            figures.wrong.push(format!("{}: the next call fails: {error:?}", row.fault));
        }
    }
}

/// Has the server know all scripts.
async fn teach(server: &Server) {
    let objects = Objects::new(&RedisSession::connect(&server.url()).await.unwrap());
    for name in NAMES {
        objects.fill(name).await.unwrap();
        prepare(name, &objects).await.unwrap().await.unwrap();
    }
}

/// All waits under one fault.
async fn walk_waits(row: &Row, protocol: &str, figures: &mut Figures) {
    let mut harm = Harm::new(row.fault);
    teach(&harm.server).await;
    let mut stages = join_all(WAITS.map(|name| Stage::new(&harm.server, protocol, Class::Waits, name))).await;
    let struck: &[&str] = if harm.is_about_calls() { &["RPOP", "EVALSHA", "LLEN"] } else { &["BLMOVE"] };
    let cuts = harm.strikes().is_empty() || harm.is_about_calls();
    let mut waiting = Vec::new();
    for stage in &mut stages {
        let strike = || {
            for (name, strike) in struck.iter().flat_map(|name| harm.strikes().into_iter().map(move |to| (name, to))) {
                stage.proxy.strike(name, strike);
            }
        };
        if !harm.is_about_calls() {
            strike();
        }
        waiting.push(tokio::spawn(tokio::time::timeout(PATIENCE, wait(stage.name, &stage.objects))));
        eventually_async("a wait", || stage.proxy.requests("BLMOVE") > 0).await;
        if cuts {
            // What was on its way meanwhile would fail: a look is no wait.
            eventually_async("nothing but a wait", || stage.only_waits(protocol)).await;
        }
        if harm.is_about_calls() {
            strike();
        }
        harm.strike_proxy(&stage.proxy);
    }
    let before: Vec<u64> = stages.iter().map(|stage| stage.proxy.accepted()).collect();
    harm.strike_server();
    if cuts {
        // A wait meets the fault when it begins anew.
        for ((stage, before), waiting) in stages.iter().zip(before).zip(&waiting) {
            // Some end all waits by themselves; then a look may be under way already.
            if !["a restart", "`READONLY`"].iter().any(|fault| row.fault.starts_with(fault)) {
                stage.proxy.cut();
            }
            if row.expected(Class::Waits) == Expected::On {
                let what = format!("a fresh connection of {} under {}", stage.name, row.fault);
                eventually_async(&what, || waiting.is_finished() || stage.proxy.accepted() > before).await;
            }
        }
    }
    if row.expected(Class::Waits) == Expected::On {
        if harm.strikes().is_empty() {
            stages.iter().for_each(|stage| stage.proxy.heal());
            harm.heal();
        }
        join_all(stages.iter().map(|stage| stage.put_one(&harm.server))).await;
    }
    for (waiting, stage) in waiting.into_iter().zip(&stages) {
        match waiting.await.unwrap() {
            Ok(answer) => {
                let (class, name) = (stage.class, stage.name);
                figures.judge(row, &Outcome { class, name, answer, took: Duration::ZERO, sent: 0 });
            }
            Err(_) => figures.wrong.push(format!("{}: the wait of {} does not end", row.fault, stage.name)),
        }
    }
    harm.heal();
}

impl Figures {
    fn judge(&mut self, row: &Row, outcome: &Outcome) {
        let Outcome { class, name, answer, took, .. } = outcome;
        self.calls += 1;
        self.overrun = self.overrun.max(took.saturating_sub(TIMEOUT));
        let expected = row.expected(*class);
        let is_right = match (expected, answer) {
            (Expected::Done | Expected::On, Ok(())) => true,
            (Expected::Fails { .. }, Ok(())) => row.fault.starts_with("`OOM`"),
            // Its task, number or lock is gone with the data.
            (Expected::Done, Err(error)) if row.fault.ends_with("loses the data") => {
                matches!(error.kind(), ErrorKind::TaskNotPending | ErrorKind::Overflow | ErrorKind::LeaseLost)
            }
            (Expected::Fails { kind, outcome_unknown }, Err(error)) => {
                check_error(error, name);
                // Where a call looks first, that may be what took too long.
                let looked = kind == ErrorKind::Timeout && !decisive(name).is_empty();
                error.kind() == kind && (error.is_outcome_unknown() == outcome_unknown || looked)
            }
            _ => false,
        };
        if !is_right {
            self.wrong.push(format!("{}: {name} comes to {answer:?}, not {expected:?}", row.fault));
        }
        if let Err(error) = answer {
            *self.failed.entry(format!("{:?}", error.kind())).or_default() += 1;
        }
    }

    /// What may be made twice is, and nothing else.
    fn judge_repetition(&mut self, row: &Row, outcome: &Outcome) {
        let &Outcome { class, name, sent, .. } = outcome;
        let at_most = match class {
            _ if row.fault.starts_with("`LOADING`") => return,
            // What may be held is let go in the background, too, where the call fails.
            _ if ["try_acquire", "release"].contains(&name) && outcome.answer.is_err() => return,
            Class::Reads => 2,
            // What was sent first may still arrive.
            Class::Settings => 1 + u64::from(!row.fault.starts_with("half-open")),
            // The first of two looks.
            _ => 1 + u64::from(!decisive(name).is_empty()),
        };
        if sent != at_most {
            self.wrong.push(format!("{}: {name} sent {sent} requests, not {at_most}", row.fault));
        }
    }

    fn add(&mut self, other: Self) {
        self.faults += other.faults;
        self.calls += other.calls;
        for (kind, count) in other.failed {
            *self.failed.entry(kind).or_default() += count;
        }
        self.overrun = self.overrun.max(other.overrun);
        self.recoveries.extend(other.recoveries);
        self.wrong.extend(other.wrong);
    }

    /// Past what keeps the output of tests that pass.
    fn print(&self) {
        let mut recoveries = self.recoveries.clone();
        recoveries.sort_unstable();
        let (median, longest) = (recoveries[recoveries.len() / 2], recoveries[recoveries.len() - 1]);
        let Self { faults, calls, failed, overrun, .. } = self;
        let _ = writeln!(
            std::io::stderr(),
            "faults: {faults} kinds, {calls} calls, failed {failed:?}, longest over its timeout {overrun:?}, \
             recovered in {median:?} (median), {longest:?} (longest)"
        );
    }
}

/// Says where it was and whether to repeat it, and nothing that is stored.
fn check_error(error: &Error, name: &'static str) {
    assert_eq!(error.operation(), method(name));
    assert_eq!(error.is_retryable(), error.kind() != ErrorKind::Config, "{error:?}");
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(told) = cause {
        assert!(!format!("{told} {told:?}").contains("secret"), "{told:?}");
        cause = told.source();
    }
}
