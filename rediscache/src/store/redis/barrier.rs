//! Why no connection comes about, in our words.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use redis::RedisError;

use super::error::{ServerText, from_driver};
use crate::error::{Error, ErrorKind};
use crate::refusal;

/// What the driver does not tell of a server that lets nobody in.
#[derive(Clone, Debug)]
pub(super) enum Barrier {
    /// It said this to whoever connects, and hung up.
    Refuses(String),
    /// It is asked for TLS, and speaks none.
    WithoutTls,
    /// It speaks TLS, and is asked for none.
    OnlyTls,
    /// Near caches are told of changes in RESP3, and the URL says RESP2.
    OnlyResp3,
}

impl Barrier {
    /// As an error that the driver could have made.
    pub(super) fn into_driver(self) -> RedisError {
        io::Error::other(self).into()
    }

    fn of(error: &RedisError) -> Option<&Self> {
        let shared = error.source()?.downcast_ref::<Arc<dyn StdError + Send + Sync>>()?;
        shared.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
    }

    fn error(&self, error: &RedisError) -> Error {
        match self {
            Self::Refuses(text) => {
                let (code, detail) = text.split_once(' ').unwrap_or((text, ""));
                let told = redis::make_extension_error(code.to_owned(), Some(detail.to_owned()));
                from_driver(&told)
            }
            Self::WithoutTls => {
                refusal::config("the server speaks no TLS at this port; write `redis://` in place of `rediss://`")
            }
            Self::OnlyTls => {
                refusal::config("the server speaks TLS at this port; write `rediss://` in place of `redis://`")
            }
            Self::OnlyResp3 => refusal::unsupported(
                "a near cache is told of changes in RESP3, and the URL says RESP2; take `protocol=resp2` off it",
            ),
        }
        .because(ServerText::by(error))
    }
}

impl std::fmt::Display for Barrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Refuses(text) => text,
            Self::WithoutTls => "it answers in plain text",
            Self::OnlyTls => "it answers with an alert of TLS",
            Self::OnlyResp3 => "no connection is made that would tell nothing",
        })
    }
}

impl StdError for Barrier {}

/// As [`from_driver`], for a connection that is being made: nothing was called yet. Until the first one stands, what the
/// server refuses is a mistake in the URL; afterwards it is an outage.
pub(super) fn while_connecting(error: &RedisError, is_first: bool) -> Error {
    if let Some(barrier) = Barrier::of(error) {
        return barrier.error(error).without_effect();
    }
    let translated = from_driver(error);
    let message = match translated.kind() {
        ErrorKind::Server if translated.is_forbidden() => {
            return translated.of_kind(ErrorKind::Config).without_effect();
        }
        ErrorKind::Server if !translated.is_retryable() => {
            let message = "the server refused the connection; check user, password and database of the URL";
            return refusal::config(message).because(ServerText::by(error));
        }
        ErrorKind::Connection if error.is_connection_refusal() && is_first => return translated,
        ErrorKind::Connection if error.is_connection_refusal() => {
            "nothing listens at the server's address any more; it is down, or is being started again"
        }
        ErrorKind::Connection if error.is_io_error() => unreachable(error, is_first),
        _ => return translated.without_effect(),
    };
    Error::new(ErrorKind::Connection, message).because(ServerText::by(error))
}

/// What the system, or what makes TLS, says.
fn unreachable(error: &RedisError, is_first: bool) -> &'static str {
    let text = error.to_string();
    if text.contains("certificate") {
        "the server's certificate is not accepted; see that the URL has the host that it names, and that certificates \
         of its authority are trusted (`root_certificate`)"
    } else if text.contains("lookup address") {
        "the host of the server has no address; correct it in the URL, or see to what resolves names"
    } else if is_first {
        "no connection could be made: the other side hung up, or cannot be reached; check address and scheme of the URL"
    } else {
        "the connection to the server broke, and no other could be made; is it down?"
    }
}
