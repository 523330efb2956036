//! What the driver says, in our words: without keys, values or credentials.

use std::fmt;
use std::time::Duration;

use redis::{RedisError, ServerErrorKind};

use crate::error::{Error, ErrorKind};
use crate::refusal;

/// Translates what the driver says. Its own text is kept only where it cannot hold keys, values or credentials.
pub(super) fn from_driver(error: &RedisError) -> Error {
    use redis::ErrorKind as Driver;
    let first = first_refusal(error);
    let error = first.as_ref().unwrap_or(error);
    if error.is_timeout() {
        return Error::new(ErrorKind::Timeout, "the server did not answer in time")
            .outcome_unknown()
            .because(ServerText::by(error));
    }
    let (kind, message) = match error.kind() {
        Driver::Io => return connection(error),
        Driver::Parse => {
            return Error::new(
                ErrorKind::Connection,
                "what came back is not the Redis protocol; is this a Redis server?",
            )
            .outcome_unknown()
            .because(ServerText::by(error));
        }
        Driver::AuthenticationFailed => {
            (ErrorKind::Config, "the server refused the user or the password; check the URL")
        }
        Driver::InvalidClientConfig => (
            ErrorKind::Config,
            "the user or the password of the URL is not UTF-8; write a `%` that stands for itself as `%25`",
        ),
        // What Redis 5 and older say of `HELLO`.
        Driver::RESP3NotSupported => return unknown_command("`HELLO`").because(ServerText::by(error)),
        Driver::MasterNameNotFoundBySentinel => {
            (ErrorKind::Config, "no Sentinel that answers knows a master of the service in the URL")
        }
        Driver::UnexpectedReturnType => {
            return Error::new(ErrorKind::Server, "the answer is not of the form that this command has")
                .outcome_unknown()
                .because(ServerText::by(error));
        }
        Driver::Server(_) | Driver::Extension => return refused(error),
        _ => (ErrorKind::Server, "the driver refused the call"),
    };
    Error::new(kind, message).because(ServerText::by(error))
}

/// What the server said of the first of several commands that it refused.
pub(super) fn first_refusal(error: &RedisError) -> Option<RedisError> {
    error.clone().into_server_errors().and_then(|errors| errors.first().cloned()).map(|first| first.1.into())
}

fn connection(error: &RedisError) -> Error {
    let failed = if error.is_connection_refusal() {
        Error::new(
            ErrorKind::Connection,
            "nothing listens at the address of the URL; start the server or correct the address",
        )
    } else {
        Error::new(ErrorKind::Connection, "the connection to the server broke").outcome_unknown()
    };
    failed.because(ServerText::by(error))
}

/// The server answered with an error.
fn refused(error: &RedisError) -> Error {
    let (kind, message) = match (error.code().unwrap_or_default(), error.kind()) {
        ("WRONGTYPE", _) => return refusal::wrong_type(),
        ("NOTANUMBER", _) => return refusal::not_a_number(),
        ("NOTANINTEGER", _) => return refusal::not_an_integer(),
        ("OVERFLOW", _) => return refusal::overflow(),
        ("NOAUTH" | "WRONGPASS", _) => {
            (ErrorKind::Config, "the server refused the user or the password; check the URL")
        }
        (_, redis::ErrorKind::Server(ServerErrorKind::NoPerm)) => return forbidden(error),
        // The second is how Redis 7.0 says it.
        ("ERR", _)
            if error.detail().is_some_and(|detail| {
                detail.starts_with("ACL failure in script") || detail.starts_with("The user executing the script can't")
            }) =>
        {
            return forbidden(error);
        }
        (_, redis::ErrorKind::Server(ServerErrorKind::CrossSlot)) => {
            (ErrorKind::Unsupported, "the keys of this call lie in different slots of the cluster")
        }
        // What the driver makes of `NOPERM`, where it chose the database.
        ("ERR", _) if error.detail().is_some_and(|detail| detail.contains("no permissions to run")) => {
            return forbidden(error);
        }
        // What commands say that add.
        ("ERR", _) if error.detail() == Some("increment or decrement would overflow") => return refusal::overflow(),
        ("ERR", _) => match error.detail().and_then(mistaken) {
            Some(mistake) => return mistake.because(ServerText::by(error)),
            None => return not_now("ERR", error),
        },
        ("DENIED", _) => (
            ErrorKind::Config,
            "the server is in protected mode and takes nobody of another machine; give it a password \
                 (`requirepass`) and write that in the URL, or turn `protected-mode` off",
        ),
        (code, _) => return not_now(code, error),
    };
    Error::new(kind, message).because(ServerText::by(error))
}

/// What the server says without a code of its own, where it tells what is to be done.
fn mistaken(detail: &str) -> Option<Error> {
    const NO_CLUSTER: &str = "the server is no node of a cluster; write its URL as `redis://host:port/db`";
    const TOO_MANY: &str = "the server has as many clients as it takes; close some, or raise its `maxclients`";
    const IN_SCRIPT: &str = "a script needs a command that the server does not know: it is renamed or disabled there \
                             (`rename-command`), or the server is older than Redis 7 or Valkey 8";
    let names_database = detail.starts_with("DB index is out of range") || detail.starts_with("invalid DB index");
    Some(match detail {
        _ if detail.starts_with("unknown command") => unknown_command(detail),
        _ if detail.starts_with("Unknown") && detail.contains("called from") => {
            Error::new(ErrorKind::Unsupported, IN_SCRIPT)
        }
        _ if detail.contains("cluster support disabled") => refusal::config(NO_CLUSTER),
        _ if detail.starts_with("SELECT is not allowed in cluster mode") => refusal::config(ONE_OF_A_CLUSTER),
        _ if detail.starts_with("max number of clients") => Error::new(ErrorKind::Server, TOO_MANY).retryable(),
        _ if names_database => {
            refusal::config("the server has no database of the number in the URL; write a smaller one")
        }
        _ => return None,
    })
}

const ONE_OF_A_CLUSTER: &str =
    "the server is a node of a cluster; write its URL as `redis-cluster://host:port`, without a database";

/// A node of a cluster sent a session of one server to another node.
pub(super) fn of_a_cluster(error: &RedisError) -> Error {
    refusal::config(ONE_OF_A_CLUSTER).because(ServerText::by(error))
}

/// Servers name it as they got it.
fn unknown_command(detail: &str) -> Error {
    let command = detail.split(['\'', '`']).nth(1).unwrap_or_default().to_ascii_uppercase();
    let message = match &*command {
        "HELLO" => "the server does not know `HELLO`, by which RESP3 begins: it is renamed or disabled there, or the \
                    server is older than Redis 6; have the URL say RESP2, as in `redis://host:port/0?protocol=resp2`"
            .to_owned(),
        "SENTINEL" => {
            "a server of the URL is no Sentinel; write the ports of Sentinels, mostly 26379, or, for that server \
                       alone, `redis://host:port/db`"
                .to_owned()
        }
        command => {
            let command = if is_command(command) { format!("the command `{command}`") } else { "a command".to_owned() };
            format!(
                "the server does not know {command}: it is renamed or disabled there (`rename-command`), or the server \
                 is older than Redis 7 or Valkey 8, or a Sentinel (`redis-sentinel://host:port/service`)"
            )
        }
    };
    Error::new(ErrorKind::Unsupported, message)
}

/// Refusals that are no fault of the caller.
fn not_now(code: &str, error: &RedisError) -> Error {
    let message = match code {
        "LOADING" => "the server is still loading its data",
        "BUSY" => "the server is busy with a script; see `SCRIPT KILL`",
        "MASTERDOWN" => "the server is a replica that lost its master",
        "CLUSTERDOWN" => "a part of the cluster is down",
        "TRYAGAIN" | "ASK" | "MOVED" => "the cluster is moving the key to another node",
        "READONLY" => "the server is a read-only replica; give the URL of the master, or that of Sentinels",
        "OOM" => "the server is out of memory (`maxmemory`) and takes no writes",
        "MISCONF" => "the server cannot save its data and takes no writes; see its log",
        "NOREPLICAS" => "the server has too few replicas and takes no writes",
        _ if error.detail().is_some_and(|detail| detail.contains("non local key")) => {
            "the cluster is moving the keys of this namespace to another node"
        }
        _ => return Error::new(ErrorKind::Server, "the server refused the call").because(ServerText::by(error)),
    };
    Error::new(ErrorKind::Server, message).retryable().because(ServerText::by(error))
}

/// The user of the URL may not do this. The server names the command, and neither key nor channel.
fn forbidden(error: &RedisError) -> Error {
    let detail = error.detail().unwrap_or_default();
    let message = match forbidden_command(error) {
        Some("publish" | "spublish") => return not_told(error),
        Some(command) => {
            format!("the server's ACL forbids the user of the URL the command `{command}`; allow it with `+{command}`")
        }
        None if detail.contains("channel") => return not_told(error),
        None if detail.contains("key") => "the server's ACL forbids the user of the URL a key of this namespace; \
                                         allow them with `~prefix*`"
            .to_owned(),
        None => {
            "the server's ACL forbids the user of the URL a command of a script; see with `ACL LOG` which it is, and \
                 in the guide, `docs/src/deployments.md`, which are needed"
                .to_owned()
        }
    };
    Error::new(ErrorKind::Server, message).forbidden().because(ServerText::by(error))
}

fn forbidden_command(error: &RedisError) -> Option<&str> {
    error.detail()?.split('\'').nth(1).filter(|command| is_command(command))
}

/// Whether it can be the name of a command, with a subcommand or without.
fn is_command(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'|')
}

/// The user of the URL may neither be told of changes nor tell of them.
fn not_told(error: &RedisError) -> Error {
    let what = match forbidden_command(error) {
        Some(command) => format!("the command `{command}`"),
        None => "the channels of a near cache".to_owned(),
    };
    let message = format!(
        "the server's ACL forbids the user of the URL {what}; allow `+client|tracking` for a near cache, with \
         `Near::fields()` also the channels `&*$near` and `+subscribe +publish`, on a cluster `+ssubscribe +spublish` in \
         their place"
    );
    Error::new(ErrorKind::Unsupported, message).because(ServerText::by(error))
}

/// Leaves out what the server said where that quotes a secret, as one does that is none and answers with what it got.
pub(super) fn silenced(error: Error, secrets: &[&str]) -> Error {
    let text = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let quoted = secrets.iter().find(|secret| !secret.is_empty() && text.contains(**secret));
    match quoted {
        None => error,
        // A short one may be a part of any word.
        Some(secret) if secret.len() >= SECRET && error.to_string().contains(*secret) => {
            Error::new(error.kind(), "the server quotes the password that it was sent; is this a Redis server?")
        }
        Some(_) => error.without_source(),
    }
}

/// From this length on, a password is no word of a message by chance.
const SECRET: usize = 4;

/// As [`from_driver`], for what makes a connection tell of changes.
pub(super) fn not_tracked(error: &RedisError) -> Error {
    let translated = from_driver(error);
    match (translated.kind(), error.code().unwrap_or_default()) {
        (ErrorKind::Server, "NOPERM") => not_told(error),
        (ErrorKind::Server, "ERR") | (ErrorKind::Unsupported, _) => Error::new(
            ErrorKind::Unsupported,
            "the server does not tell of changes, which a near cache needs; allow `CLIENT TRACKING`, and take \
             `protocol=resp2` off the URL",
        )
        .because(ServerText::by(error)),
        _ => translated,
    }
}

/// A call that may be made twice was, and the connection broke each time.
pub(super) fn broke_twice(error: &RedisError) -> Error {
    match error.kind() {
        redis::ErrorKind::Io => {
            Error::new(ErrorKind::Connection, "the connection to the server broke, and again on a fresh one")
                .outcome_unknown()
                .because(ServerText::by(error))
        }
        _ => from_driver(error),
    }
}

/// It broke whenever an answer came.
pub(super) fn broken() -> Error {
    Error::new(ErrorKind::Connection, "the connection to the server broke, and again on a fresh one")
}

/// Nothing was sent.
pub(super) fn not_connected(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no connection to the server was made within {limit:?}"))
}

pub(super) fn timed_out(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no answer within {limit:?}")).outcome_unknown()
}

/// What the server or the system said, as a source that names no driver type.
#[derive(Debug)]
pub(super) struct ServerText(String);

impl ServerText {
    pub(super) fn by(error: &RedisError) -> Self {
        use redis::ErrorKind::{InvalidClientConfig, Parse, UnexpectedReturnType};
        let text = error.to_string();
        Self(match error.kind() {
            // A refused command is quoted back with its arguments, a reply that does not fit with its content, and a part
            // of the URL, which may be one of a password, as it is.
            Parse | UnexpectedReturnType | InvalidClientConfig => error.category().to_owned(),
            _ => text.split(", with args").next().unwrap_or_default().to_owned(),
        })
    }
}

impl fmt::Display for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServerText {}
