//! Runs the program, and fills servers by the library.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rediscache::{
    RedisCache, RedisNamespaced, RedisQueue, RedisRanking, RedisSession, RedisSet, RedisTaskQueue, RedisTtlCache,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use support::Server;

/// What the program said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// What it said, which is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The cells of its lines.
    pub(crate) fn rows(&self) -> Vec<Vec<&str>> {
        self.out.lines().map(|line| line.split('\t').collect()).collect()
    }
}

/// Runs it on a server with these arguments.
pub(crate) fn run(server: &Server, arguments: &[&str]) -> Answer {
    run_at(&server.url(), arguments)
}

pub(crate) fn run_at(url: &str, arguments: &[&str]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rediscache"));
    command.args(["--url", url]).args(arguments).stdin(Stdio::null()).env_remove("REDISCACHE_URL");
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    Answer { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs it, and takes what it says as JSON.
pub(crate) fn json(server: &Server, arguments: &[&str]) -> Value {
    let answer = run(server, &[arguments, &["--json"]].concat());
    assert_eq!(answer.code, Some(0), "{answer:?}");
    answer.json()
}

/// Sends one command.
pub(crate) fn send(server: &Server, words: &[&[u8]]) {
    let mut command = redis::Cmd::new();
    words.iter().for_each(|word| {
        command.arg(*word);
    });
    let _: redis::Value = command.query(&mut server.raw()).expect("the server takes it");
}

pub(crate) fn ask<T: redis::FromRedisValue>(server: &Server, words: &[&str]) -> T {
    let (name, rest) = words.split_first().expect("there is a command");
    let mut command = redis::cmd(name);
    rest.iter().for_each(|word| {
        command.arg(*word);
    });
    command.query(&mut server.raw()).expect("the server answers")
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Date {
    pub(crate) month: u8,
    pub(crate) day: u8,
}

/// What `Reminder` was before.
#[derive(Serialize, Deserialize)]
pub(crate) struct OldReminder {
    pub(crate) text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reminder {
    pub(crate) text: String,
    pub(crate) every: Option<Every>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Every {
    Day,
    Hours(u32),
    At { hour: u8 },
}

#[derive(RedisNamespaced)]
pub(crate) struct Channel {
    pub(crate) topics: RedisCache<u64, String>,
    pub(crate) birthdays: RedisCache<String, Date>,
    pub(crate) by_date: RedisCache<(u16, u8), Vec<String>>,
    pub(crate) outbox: RedisQueue<Reminder>,
    #[rediscache(max_attempts = 1)]
    pub(crate) reminders: RedisTaskQueue<Reminder>,
    pub(crate) members: RedisSet<String>,
    pub(crate) scores: RedisRanking<u64>,
    #[rediscache(ttl = "10m")]
    pub(crate) pages: RedisTtlCache<String, Date>,
}

/// A session below `bot`.
pub(crate) async fn session(server: &Server) -> RedisSession {
    let session = RedisSession::builder(server.url()).global_namespace("bot").connect().await;
    session.expect("the server answers")
}

/// Some of everything, all of it on record.
pub(crate) async fn filled() -> (Server, RedisSession) {
    let server = Server::start();
    let session = session(&server).await;
    fill(&session).await.expect("all can be written");
    let names = "topics birthdays by_date outbox reminders members scores pages";
    on_record(&server, "bot.$objects", names.split(' ').count());
    (server, session)
}

pub(crate) async fn fill(session: &RedisSession) -> rediscache::Result<()> {
    let channel = Channel::on(session);
    channel.topics().update([(1, "rust"), (2, "redis")]).await?;
    channel.birthdays().set("ada", Date { month: 12, day: 10 }).await?;
    channel.by_date().set((2024, 2), vec!["leap".to_owned()]).await?;
    channel.outbox().put(Reminder { text: "tea".to_owned(), every: Some(Every::Hours(4)) }).await?;
    let plants = Reminder { text: "plants".to_owned(), every: Some(Every::At { hour: 7 }) };
    channel.reminders().put(plants.clone()).await?;
    channel.reminders().put_after(plants, Duration::from_secs(3600)).await?;
    channel.members().add("ada").await?;
    channel.scores().set(7, 1.5).await?;
    channel.scores().set(8, 3.0).await?;
    channel.pages().set("a b", Date { month: 1, day: 2 }).await?;
    Ok(())
}

/// Waits until so many namespaces are on record.
pub(crate) fn on_record(server: &Server, hash: &str, count: usize) {
    until(&format!("{count} namespaces are on record"), || ask::<usize>(server, &["HLEN", hash]) >= count);
}

/// Blocks the thread meanwhile: what is to come goes on in others.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "it never came: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
