//! What went wrong, what to do about it, and with which code the program ends.

use std::fmt;
use std::io;

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::text;

/// Why the program ends.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    pub(crate) code: u8,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// It could not be done.
pub(crate) const FAILED: u8 = 1;
/// The arguments say nothing that can be done.
pub(crate) const MISTAKEN: u8 = 2;
/// What was asked for is not there.
pub(crate) const ABSENT: u8 = 3;
/// `doctor` found something.
pub(crate) const FOUND: u8 = 4;

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        Self { message: message.into(), code }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(FAILED, message)
    }

    pub(crate) fn mistaken(message: impl Into<String>) -> Self {
        Self::new(MISTAKEN, message)
    }

    pub(crate) fn absent(message: impl Into<String>) -> Self {
        Self::new(ABSENT, message)
    }

    /// Whoever read what was written has gone: nothing is wrong.
    pub(crate) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(0, ""),
            _ => Self::failed(format!("the answer cannot be written: {error}")),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::mistaken(format!("{}; see `rediscache --help`", text::escaped(&error.to_string())))
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        let hint = match error.kind() {
            _ if error.is_timeout() => "; does the server stand still, or is it far away?",
            ErrorKind::Io => "; is it the right URL, in `--url` or REDISCACHE_URL, and does the server run?",
            ErrorKind::AuthenticationFailed => {
                "; give the user and the password in the URL: redis://user:pass@host:port"
            }
            ErrorKind::InvalidClientConfig => {
                "; a URL is redis://user:pass@host:port/db, and the guide, `docs/src/deployments.md`, has the others"
            }
            ErrorKind::Server(ServerErrorKind::NoPerm) => {
                "; this user may not do that: grant it what the error names, or connect as another one"
            }
            ErrorKind::Server(ServerErrorKind::ReadOnly) => "; this is a replica: connect to its master",
            ErrorKind::Server(ServerErrorKind::BusyLoading) => "; try again when it is done",
            _ if error.code() == Some("NOAUTH") => {
                "; give the user and the password in the URL: redis://user:pass@host:port"
            }
            _ => "",
        };
        // The text is the server's.
        Self::failed(format!("{}{hint}", text::escaped(&error.to_string())))
    }
}
