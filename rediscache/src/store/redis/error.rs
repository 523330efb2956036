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
        Driver::InvalidClientConfig => (ErrorKind::Config, "the driver does not take this URL"),
        Driver::RESP3NotSupported => {
            (ErrorKind::Unsupported, "the server does not speak RESP3; take `protocol` off the URL")
        }
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
        ("ERR", _) if error.detail().is_some_and(|detail| detail.starts_with("unknown command")) => {
            (ErrorKind::Unsupported, "the server does not know a command that this needs; Redis 7 or Valkey 8 does")
        }
        (code, _) => return not_now(code, error),
    };
    Error::new(kind, message).because(ServerText::by(error))
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
                 in the README which are needed"
                .to_owned()
        }
    };
    Error::new(ErrorKind::Server, message).forbidden().because(ServerText::by(error))
}

fn forbidden_command(error: &RedisError) -> Option<&str> {
    let command = error.detail()?.split('\'').nth(1)?;
    command.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'|').then_some(command)
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

/// As [`from_driver`], for the first connection: nothing was called yet, and what the server refuses is a mistake in the
/// URL.
pub(super) fn while_connecting(error: &RedisError) -> Error {
    let translated = from_driver(error);
    let (kind, message) = match translated.kind() {
        ErrorKind::Server if !translated.is_retryable() => {
            (ErrorKind::Config, "the server refused the connection; check user, password and database of the URL")
        }
        ErrorKind::Connection if error.is_io_error() && !error.is_connection_refusal() => {
            (ErrorKind::Connection, "no connection could be made; check address, scheme and certificates")
        }
        _ => return translated.without_effect(),
    };
    Error::new(kind, message).because(ServerText::by(error))
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
struct ServerText(String);

impl ServerText {
    fn by(error: &RedisError) -> Self {
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
