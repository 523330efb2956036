use std::fmt;
use std::time::Duration;

use redis::{RedisError, ServerErrorKind};

use crate::backend::fault;
use crate::error::{Error, ErrorKind};

/// Translates what the driver says. Its own text is kept only where it cannot hold keys, values or credentials.
pub(super) fn from_driver(error: &RedisError) -> Error {
    use redis::ErrorKind as Driver;
    if error.is_timeout() {
        return Error::new(ErrorKind::Timeout, "the server did not answer in time").because(Said::by(error));
    }
    let (kind, message) = match error.kind() {
        Driver::Io => return connection(error),
        Driver::Parse => (ErrorKind::Connection, "what came back is not the Redis protocol; is this a Redis server?"),
        Driver::AuthenticationFailed => {
            (ErrorKind::Config, "the server refused the user or the password; check the URL")
        }
        Driver::InvalidClientConfig => (ErrorKind::Config, "the driver does not take this URL"),
        Driver::RESP3NotSupported => {
            (ErrorKind::Unsupported, "the server does not speak RESP3; take `protocol` off the URL")
        }
        Driver::UnexpectedReturnType => (ErrorKind::Server, "the answer is not of the form that this command has"),
        Driver::Server(_) | Driver::Extension => return refused(error),
        _ => (ErrorKind::Server, "the driver refused the call"),
    };
    Error::new(kind, message).because(Said::by(error))
}

fn connection(error: &RedisError) -> Error {
    let message = if error.is_connection_refusal() {
        "nothing listens at the address of the URL; start the server or correct the address"
    } else {
        "the connection to the server broke; whether the call took effect is unknown"
    };
    Error::new(ErrorKind::Connection, message).because(Said::by(error))
}

/// The server answered with an error.
fn refused(error: &RedisError) -> Error {
    let (kind, message) = match (error.code().unwrap_or_default(), error.kind()) {
        ("WRONGTYPE", _) => return fault::wrong_type(),
        ("NOTANUMBER", _) => return fault::not_a_number(),
        ("NOTANINTEGER", _) => return fault::not_an_integer(),
        ("OVERFLOW", _) => return fault::overflow(),
        ("NOAUTH" | "WRONGPASS", _) => {
            (ErrorKind::Config, "the server refused the user or the password; check the URL")
        }
        (_, redis::ErrorKind::Server(ServerErrorKind::NoPerm)) => {
            (ErrorKind::Server, "the server's ACL forbids this to the user of the URL")
        }
        (_, redis::ErrorKind::Server(ServerErrorKind::CrossSlot)) => {
            (ErrorKind::Unsupported, "the keys of this call lie in different slots of the cluster")
        }
        ("ERR", _) if error.detail().is_some_and(|detail| detail.starts_with("unknown command")) => {
            (ErrorKind::Unsupported, "the server does not know a command that this needs; Redis 7 or Valkey 8 does")
        }
        ("LOADING" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "BUSY", _) => {
            return Error::new(ErrorKind::Server, "the server is not ready for calls")
                .retryable()
                .because(Said::by(error));
        }
        _ => (ErrorKind::Server, "the server refused the call"),
    };
    Error::new(kind, message).because(Said::by(error))
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
        _ => return translated,
    };
    Error::new(kind, message).because(Said::by(error))
}

pub(super) fn timed_out(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no answer within {limit:?}; whether the call took effect is unknown"))
}

/// What the server or the system said, as a source that names no driver type.
#[derive(Debug)]
struct Said(String);

impl Said {
    fn by(error: &RedisError) -> Self {
        let text = error.to_string();
        Self(match error.kind() {
            // A refused command is quoted back with its arguments, and a reply that does not fit with its content.
            redis::ErrorKind::Parse | redis::ErrorKind::UnexpectedReturnType => error.category().to_owned(),
            _ => text.split(", with args").next().unwrap_or_default().to_owned(),
        })
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}
