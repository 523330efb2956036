//! A connection that stood when it was handed out, and what is known of its health.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, Pipeline, RedisResult, Value};

use futures_util::FutureExt;

use super::backoff::Backoff;
use super::sentinel::MasterAddress;
use crate::near::now;
use crate::stats::WireCounts;
use crate::store::redis::invalidation::InvalidationListener;
use crate::store::redis::remedy::is_unknown_script;
use crate::store::redis::request::{Body, Request};

/// After how much silence, in nanoseconds, a connection that does not tell of its end is asked before something is sent
/// that must not be sent twice. Servers and proxies that close idle connections wait for a second at the least.
const SILENCE: u64 = 1_000_000_000;

#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) connection: MultiplexedConnection,
    /// Which of the connections to its endpoint this is.
    pub(super) serial: u64,
    /// How often the background had moved when it was made: in a runtime that was left, nobody serves it.
    pub(super) moves: u64,
    /// With the attempts that failed before it.
    pub(super) backoff: Backoff,
    /// Where the master was for it.
    pub(super) master: Option<MasterAddress>,
    pub(super) health: Arc<Health>,
    /// Hears of changes, where the connection tells of them.
    pub(crate) listener: Option<Arc<InvalidationListener>>,
}

pub(super) struct Health {
    /// When an answer came last, of a connection that does not tell of its end; zero where it does.
    heard: AtomicU64,
    /// How many answers it brought.
    answers: AtomicU64,
    /// Whether another is being made to take its place.
    pub(super) is_doubted: AtomicBool,
    /// How many of those failed.
    pub(super) doubts: AtomicU32,
    /// Whether it said nothing for too long, and nothing since.
    is_silent: AtomicBool,
    /// What is counted of all connections of the session.
    counts: Arc<WireCounts>,
}

impl Health {
    pub(super) fn of(tells_of_its_end: bool, counts: &Arc<WireCounts>) -> Self {
        let heard = AtomicU64::new(if tells_of_its_end { 0 } else { now() });
        let (answers, doubts) = (AtomicU64::new(0), AtomicU32::new(0));
        let (is_doubted, is_silent, counts) = (AtomicBool::new(false), AtomicBool::new(false), Arc::clone(counts));
        Self { heard, answers, is_doubted, doubts, is_silent, counts }
    }
}

impl Live {
    pub(crate) fn tells_of_its_end(&self) -> bool {
        self.health.heard.load(Ordering::Relaxed) == 0
    }

    /// Whether it does not tell of its end and has been silent for so long that it may have been closed.
    pub(crate) fn may_have_ended(&self) -> bool {
        let heard = self.health.heard.load(Ordering::Relaxed);
        !self.tells_of_its_end() && now().saturating_sub(heard) >= SILENCE
    }

    /// Whether it does not tell of its end and has come to it: the driver takes nothing any more. What it takes here it does
    /// not send, since nobody waits for an answer.
    pub(crate) fn has_ended(&self) -> bool {
        if self.tells_of_its_end() {
            return false;
        }
        let (ping, mut connection) = (redis::cmd("PING"), self.connection.clone());
        let taken = connection.send_packed_command(&ping).now_or_never();
        taken.is_some_and(|answer| answer.is_err())
    }

    /// Sends a request and waits for its answer. `asking` says that the node was named by a redirection for this time only.
    pub(crate) async fn send(&self, request: &Request<'_>, asking: bool) -> RedisResult<Value> {
        self.health.counts.request();
        let connection = &mut self.connection.clone();
        match request.body() {
            Body::Command(command) => send(command, connection, asking).await,
            Body::Commands(commands) => send_all(commands, connection, asking).await,
            Body::Apart(commands) => commands.query_async(connection).await,
            Body::Script(script) => {
                let answer = match send(&script.by_digest, connection, asking).await {
                    Err(error) if is_unknown_script(&error) => send(&script.by_source(), connection, asking).await,
                    answer => answer,
                };
                answer.map_err(|error| script.named(error))
            }
        }
    }

    /// Notes that an answer came.
    pub(crate) fn note_answer(&self) {
        self.health.answers.fetch_add(1, Ordering::Relaxed);
        if self.is_silent() {
            self.health.is_silent.store(false, Ordering::Relaxed);
        }
        if !self.tells_of_its_end() {
            self.health.heard.store(now(), Ordering::Relaxed);
        }
    }

    /// Notes that it has said nothing for too long.
    pub(crate) fn note_silence(&self) {
        self.health.is_silent.store(true, Ordering::Relaxed);
    }

    /// Whether it said nothing for too long, and nothing since.
    pub(crate) fn is_silent(&self) -> bool {
        self.health.is_silent.load(Ordering::Relaxed)
    }

    /// How many answers came.
    pub(crate) fn answers(&self) -> u64 {
        self.health.answers.load(Ordering::Relaxed)
    }
}

async fn send(command: &Cmd, connection: &mut MultiplexedConnection, asking: bool) -> RedisResult<Value> {
    if !asking {
        return connection.send_packed_command(command).await.and_then(told);
    }
    let mut commands = redis::pipe();
    commands.cmd("ASKING").add_command(command.clone());
    let mut answers = connection.send_packed_commands(&commands, 0, 2).await?;
    // By itself, so that its error is what it would be without.
    answers.pop().unwrap_or(Value::Nil).extract_error()
}

/// The answer, unless it is an error. Those of commands and scripts hold none, and the driver would move all that a large one
/// holds to look.
fn told(answer: Value) -> RedisResult<Value> {
    match answer {
        Value::ServerError(error) => Err(error.into()),
        answer @ Value::Attribute { .. } => answer.extract_error(),
        answer => Ok(answer),
    }
}

async fn send_all(commands: &Pipeline, connection: &mut MultiplexedConnection, asking: bool) -> RedisResult<Value> {
    let commands = if asking { Cow::Owned(asked(commands)) } else { Cow::Borrowed(commands) };
    match commands.query_async(connection).await {
        // Nothing was done at all.
        Ok(Value::Array(answers)) if answers.iter().all(|answer| matches!(answer, Value::ServerError(_))) => {
            Value::Array(answers).extract_error()
        }
        answer => answer,
    }
}

/// The same one by one: a key that is asked for elsewhere has left for good.
fn asked(commands: &Pipeline) -> Pipeline {
    let mut asked = Pipeline::new();
    for command in commands.cmd_iter() {
        asked.cmd("ASKING").ignore().add_command(command.clone());
    }
    asked
}
