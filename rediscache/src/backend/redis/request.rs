//! What is sent, whether it may be sent twice, and what a refusal says.

use redis::aio::MultiplexedConnection;
use redis::{Arg, Cmd, ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, Value};

use super::connection::Live;
use super::script::Invocation;
use super::transaction::transact;

/// The most bytes that a write may have to be made again: a server closes the connection of whoever sends it more than it
/// takes, and the next one, with all calls on it, would end likewise.
const MOST_REPEATED: usize = 1 << 20;

/// What a call does, and so whether it may be made twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// It reads.
    Read,
    /// It leaves what it left the first time, and answers the same.
    Idempotent,
    /// The second time would do more, or say something else.
    Once,
}

/// What is sent and answered as a whole.
#[derive(Clone, Copy)]
pub(super) enum Request<'a> {
    Command(&'a Cmd),
    Commands(&'a Pipeline),
    Script(&'a Invocation),
    /// A change, and the command that publishes it in the same step, on one server.
    Published(&'a Request<'a>, &'a Cmd),
}

/// What can be done about a failure.
pub(super) enum Remedy {
    /// The server answered: none.
    None,
    /// The connection is of no use any more.
    Reconnect,
    /// The server has become a replica, and did nothing.
    FindMaster,
    /// A server will do it in a moment, maybe another one; this one did nothing.
    Wait,
    /// The same server will do it when the keys are all at one node again.
    Stay,
    /// Another node has the slot for good.
    Move(u16, String),
    /// Another node has this key already.
    Ask(String),
}

impl Request<'_> {
    pub(super) async fn send(self, live: &Live, asking: bool) -> RedisResult<Value> {
        let connection = &mut live.connection.clone();
        match self {
            Self::Command(command) => send(command, connection, asking).await,
            Self::Commands(commands) => {
                let asked = asking.then(|| asked(commands));
                match asked.as_ref().unwrap_or(commands).query_async(connection).await {
                    // Nothing was done at all.
                    Ok(Value::Array(answers)) if answers.iter().all(is_refusal) => {
                        Value::Array(answers).extract_error()
                    }
                    answer => answer,
                }
            }
            Self::Script(script) => match send(script.by_digest(), connection, asking).await {
                Err(error) if is_no_script(&error) => send(&script.by_source(), connection, asking).await,
                answer => answer,
            },
            Self::Published(change, word) => match change.send_with(word, false, live).await {
                Err(error) if is_no_script(&error) => change.send_with(word, true, live).await,
                answer => answer,
            },
        }
    }

    /// Sends it and another command in one transaction. What the other says does not matter.
    async fn send_with(&self, word: &Cmd, by_source: bool, live: &Live) -> RedisResult<Value> {
        let mut commands: Vec<Cmd> = match self {
            Self::Command(command) => vec![(*command).clone()],
            Self::Commands(commands) => commands.cmd_iter().cloned().collect(),
            Self::Script(script) if by_source => vec![script.by_source()],
            Self::Script(script) => vec![script.by_digest().clone()],
            Self::Published(..) => Vec::new(),
        };
        commands.push(word.clone());
        let mut answers = transact(commands, live).await?;
        answers.pop();
        match self {
            Self::Commands(_) => Ok(Value::Array(answers)),
            _ => Ok(answers.pop().unwrap_or(Value::Nil)),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        let (command, place) = match self {
            Self::Published(change, _) => return change.key(),
            Self::Command(command) => (Some(*command), 1),
            Self::Commands(commands) => (commands.cmd_iter().next(), 1),
            // After `EVALSHA`, the digest and the number of keys.
            Self::Script(script) => (Some(script.by_digest()), 3),
        };
        match command.and_then(|command| command.args_iter().nth(place)) {
            Some(Arg::Simple(key)) => key,
            _ => b"",
        }
    }

    /// Whether it can be made at a node that has only a part of the slot.
    pub(super) fn has_one_key(&self) -> bool {
        match self {
            Self::Command(_) | Self::Commands(_) => true,
            Self::Published(..) => false,
            Self::Script(script) => script.has_one_key(),
        }
    }
}

/// The same one by one: a key that is asked for elsewhere has left for good.
fn asked(commands: &Pipeline) -> Pipeline {
    let mut asked = Pipeline::new();
    for command in commands.cmd_iter() {
        asked.cmd("ASKING").ignore().add_command(command.clone());
    }
    asked.ignore_errors();
    asked
}

fn is_refusal(answer: &Value) -> bool {
    matches!(answer, Value::ServerError(_))
}

async fn send(command: &Cmd, connection: &mut MultiplexedConnection, asking: bool) -> RedisResult<Value> {
    if !asking {
        return connection.send_packed_command(command).await?.extract_error();
    }
    let mut commands = redis::pipe();
    commands.cmd("ASKING").add_command(command.clone());
    let mut answers = connection.send_packed_commands(&commands, 0, 2).await?;
    // By itself, so that its error is what it would be without.
    answers.pop().unwrap_or(Value::Nil).extract_error()
}

/// What the server said of the first of several commands that it refused.
fn refusal(error: &RedisError) -> Option<RedisError> {
    error.clone().into_server_errors().and_then(|errors| errors.first().cloned()).map(|first| first.1.into())
}

fn is_no_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

impl Effect {
    pub(super) fn of(command: &Cmd) -> Self {
        const READS: [&[u8]; 10] =
            [b"HEXISTS", b"HGET", b"HGETALL", b"HKEYS", b"HLEN", b"HMGET", b"HSCAN", b"HVALS", b"LLEN", b"LRANGE"];
        match command.args_iter().next() {
            Some(Arg::Simple(name)) if READS.contains(&name) => Self::Read,
            Some(Arg::Simple(b"HSET")) if size(command) <= MOST_REPEATED => Self::Idempotent,
            _ => Self::Once,
        }
    }
}

/// How many bytes its arguments take.
fn size(command: &Cmd) -> usize {
    let length = |argument: Arg<&[u8]>| if let Arg::Simple(bytes) = argument { bytes.len() } else { 0 };
    command.args_iter().map(length).sum()
}

impl Remedy {
    pub(super) fn of(error: &RedisError) -> Self {
        if let Some(refusal) = refusal(error) {
            return Self::of_refusal(&refusal);
        }
        match error.kind() {
            ErrorKind::Io | ErrorKind::Parse => Self::Reconnect,
            _ => Self::None,
        }
    }

    /// The server, or a part of what it did, answered with an error.
    fn of_refusal(error: &RedisError) -> Self {
        let redirection = || error.redirect_node().map(|(node, slot)| (slot, node.to_owned()));
        match error.code().unwrap_or_default() {
            "MOVED" => redirection().map_or(Self::None, |(slot, node)| Self::Move(slot, node)),
            "ASK" => redirection().map_or(Self::None, |(_, node)| Self::Ask(node)),
            "READONLY" => Self::FindMaster,
            "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" => Self::Wait,
            "TRYAGAIN" => Self::Stay,
            // A script needs keys of a slot that is being moved; it looks at all before it changes any.
            _ if error.detail().is_some_and(|detail| detail.contains("non local key")) => Self::Stay,
            _ => Self::None,
        }
    }
}
