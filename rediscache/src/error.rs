//! The one error of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in which operation, on which namespace.
///
/// One word wide. `Display` is one sentence that names the operation and the namespace and says what to do; the
/// cause underneath, where there is one, is its [`source`](StdError::source). Neither ever holds a key, a value or
/// a password.
///
/// # Examples
///
/// ```
/// use rediscache::{ErrorKind, RedisCache, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::in_memory();
/// let names = RedisCache::<u64, u8>::new("names").on(&session);
/// names.set(1, 250).await?;
///
/// let error = names.increment(1, 10).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Overflow);
/// assert_eq!(error.operation(), "increment");
/// assert_eq!(error.namespace(), Some("names"));
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    namespace: Option<Box<str>>,
    message: Cow<'static, str>,
    retryable: bool,
    outcome_unknown: bool,
    forbidden: bool,
    /// Shared, since one failure may be told to many callers.
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of thing went wrong; the same for the same mistake on every store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A URL, a namespace, an option or a credential is not acceptable.
    Config,
    /// No session is in scope and none is installed.
    NotInitialized,
    /// The session was closed.
    Closed,
    /// The server cannot be reached, or the connection broke.
    Connection,
    /// No answer came within the time allowed.
    Timeout,
    /// A key or a value cannot be written in the codec's form.
    Encode,
    /// A stored key or value cannot be read as the declared type; it is left where it is.
    Decode,
    /// The Redis key holds another data type.
    WrongType,
    /// An increment met something that is not a number.
    NotANumber,
    /// A result does not fit the value type.
    Overflow,
    /// The task is no longer this client's.
    TaskNotPending,
    /// A lock is no longer held.
    LeaseLost,
    /// A loader panicked.
    Panicked,
    /// The store, the server or the build cannot do this.
    Unsupported,
    /// The server refused for a reason of its own.
    Server,
}

impl ErrorKind {
    /// All kinds, each at the place of its number.
    pub(crate) const ALL: [Self; 15] = [
        Self::Config,
        Self::NotInitialized,
        Self::Closed,
        Self::Connection,
        Self::Timeout,
        Self::Encode,
        Self::Decode,
        Self::WrongType,
        Self::NotANumber,
        Self::Overflow,
        Self::TaskNotPending,
        Self::LeaseLost,
        Self::Panicked,
        Self::Unsupported,
        Self::Server,
    ];

    /// As traces and metrics tell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::NotInitialized => "not_initialized",
            Self::Closed => "closed",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Encode => "encode",
            Self::Decode => "decode",
            Self::WrongType => "wrong_type",
            Self::NotANumber => "not_a_number",
            Self::Overflow => "overflow",
            Self::TaskNotPending => "task_not_pending",
            Self::LeaseLost => "lease_lost",
            Self::Panicked => "panicked",
            Self::Unsupported => "unsupported",
            Self::Server => "server",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let retryable = matches!(kind, ErrorKind::Connection | ErrorKind::Timeout);
        let (operation, namespace, message, source) = ("", None, message.into(), None);
        let (outcome_unknown, forbidden) = (false, false);
        Self(Box::new(Inner { kind, operation, namespace, message, retryable, outcome_unknown, forbidden, source }))
    }

    /// Says that the same call may succeed later though its kind does not.
    pub(crate) fn retryable(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    /// Says that the call was sent, and what became of it was not heard.
    pub(crate) fn outcome_unknown(mut self) -> Self {
        self.0.outcome_unknown = true;
        self
    }

    /// Says that this user may not do it, and nothing was done.
    pub(crate) fn forbidden(mut self) -> Self {
        self.0.forbidden = true;
        self
    }

    /// Says that the call changes nothing, whatever became of it.
    pub(crate) fn without_effect(mut self) -> Self {
        self.0.outcome_unknown = false;
        self
    }

    /// The same of another kind.
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// The same failure in other words.
    pub(crate) fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Leaves out what is underneath.
    pub(crate) fn without_source(mut self) -> Self {
        self.0.source = None;
        self
    }

    /// The same failure, for one more of the callers that it concerns.
    pub(crate) fn again(&self) -> Self {
        let Inner { kind, operation, retryable, outcome_unknown, forbidden, .. } = *self.0;
        let (namespace, message, source) = (self.0.namespace.clone(), self.0.message.clone(), self.0.source.clone());
        Self(Box::new(Inner { kind, operation, namespace, message, retryable, outcome_unknown, forbidden, source }))
    }

    /// Whether this user may not do it.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.0.forbidden
    }

    /// Says where it happened, unless that is known already.
    pub(crate) fn during(mut self, operation: &'static str, namespace: Option<&str>) -> Self {
        if self.0.operation.is_empty() {
            self.0.operation = operation;
            self.0.namespace = namespace.map(shortened);
        }
        self
    }

    /// What went wrong, without where.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind of thing that went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The method that failed, by its name: `"get"`, `"connect"`.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The namespace worked on, without the session's global one; `None` where the call concerns a whole session.
    pub fn namespace(&self) -> Option<&str> {
        self.0.namespace.as_deref()
    }

    /// Whether the same call may succeed later without anything being changed: the server was away, busy or slow.
    ///
    /// One that failed this way may still have taken effect: see [`is_outcome_unknown`](Self::is_outcome_unknown).
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether the call may have taken effect all the same: it was sent, and no answer came.
    ///
    /// Never of a call that only reads. Repeat it only if it may happen twice. The
    /// module `faults` lists what becomes of which call.
    pub fn is_outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether time ran out.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }
}

/// A namespace that is absurdly long is not repeated in full.
fn shortened(namespace: &str) -> Box<str> {
    const LONGEST: usize = 256;
    match namespace.char_indices().nth(LONGEST) {
        None => namespace.into(),
        Some((end, _)) => format!("{}…", &namespace[..end]).into(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, namespace, message, .. } = &*self.0;
        match namespace {
            Some(namespace) => write!(f, "{operation} on `{namespace}` failed: {message}")?,
            // Of a part of an operation, which says itself that it failed.
            None if operation.is_empty() => f.write_str(message)?,
            None => write!(f, "{operation} failed: {message}")?,
        }
        f.write_str(if self.is_outcome_unknown() { "; whether it took effect is unknown" } else { "" })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("namespace", &self.0.namespace)
            .field("message", &self.0.message)
            .field("outcome_unknown", &self.0.outcome_unknown)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_the_place_of_its_number() {
        assert!(ErrorKind::ALL.into_iter().enumerate().all(|(place, kind)| kind as usize == place));
        assert_eq!(ErrorKind::Server as usize, ErrorKind::ALL.len() - 1);
    }
}
