//! What the derive reads from one field.

use std::time::Duration;

use super::info::ObjectInfo;
use crate::codec::Meaning;
use crate::namespace::FamilyPart;
use crate::record::ObjectTypes;
use crate::session::RedisSession;

/// What the derive read from one field: its namespace and its options.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub(crate) namespace: &'static str,
    pub(crate) global: bool,
    pub(crate) program: &'static Option<&'static str>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) client_identifier: Option<&'static str>,
    pub(crate) recover_after: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) backoff: Option<(Duration, Duration)>,
    pub(crate) unreadable_for: Option<Duration>,
    pub(crate) recover_unleased: Option<Duration>,
    pub(crate) ttl: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) stale: Option<Duration>,
    pub(crate) jitter: Option<f64>,
    pub(crate) eager: Option<f64>,
    pub(crate) lease: Option<Duration>,
    pub(crate) load_timeout: Option<Duration>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) down_is_error: bool,
    pub(crate) rate: Option<(u32, Duration)>,
    pub(crate) burst: Option<u32>,
    pub(crate) max_hold: Option<Duration>,
    /// The one that it is bound to.
    pub(crate) session: Option<RedisSession>,
    /// Which one of a family it belongs to.
    pub(crate) family: Option<FamilyPart>,
    /// Whether pages never show what it holds.
    pub(crate) secret: bool,
}

impl Declaration {
    /// Declares an object of this local namespace.
    pub const fn new(namespace: &'static str) -> Self {
        Self {
            namespace,
            global: true,
            program: &None,
            timeout: None,
            client_identifier: None,
            recover_after: None,
            max_attempts: None,
            backoff: None,
            unreadable_for: None,
            recover_unleased: None,
            ttl: None,
            idle: None,
            stale: None,
            jitter: None,
            eager: None,
            lease: None,
            load_timeout: None,
            retry_after: None,
            down_is_error: false,
            rate: None,
            burst: None,
            max_hold: None,
            session: None,
            family: None,
            secret: false,
        }
    }

    /// Binds it to a session.
    #[must_use]
    pub fn on(mut self, session: &RedisSession) -> Self {
        self.session = Some(session.clone());
        self
    }

    /// Leaves out the session's global namespace.
    pub const fn without_global_namespace(mut self) -> Self {
        self.global = false;
        self
    }

    /// Names the program that declares it, for the record of who wrote what: its crate, where cargo builds it.
    pub const fn program(mut self, name: &'static Option<&'static str>) -> Self {
        self.program = name;
        self
    }

    /// Sets the longest that a call takes.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Names the client that the tasks taken belong to.
    pub const fn client_identifier(mut self, identifier: &'static str) -> Self {
        self.client_identifier = Some(identifier);
        self
    }

    /// Sets how long a client may be silent before its tasks return to the queue.
    pub const fn recover_after(mut self, silence: Duration) -> Self {
        self.recover_after = Some(silence);
        self
    }

    /// Sets how often a task is delivered before it becomes a dead letter.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sets after how long a task that failed comes again, the first time and at the most.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = Some((first, longest));
        self
    }

    /// Sets how long other programs may try to read a task that this one cannot.
    pub const fn unreadable_for(mut self, patience: Duration) -> Self {
        self.unreadable_for = Some(patience);
        self
    }

    /// Sets after how long what is pending without a lease returns to the queue.
    pub const fn recover_unleased(mut self, after: Duration) -> Self {
        self.recover_unleased = Some(after);
        self
    }

    /// Keeps what it holds from pages that show objects.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Describes what was made of it.
    pub(super) fn info(&self, field: &'static str, types: &'static ObjectTypes, meaning: Meaning) -> ObjectInfo {
        let Self { namespace, global: is_global, secret: is_secret, .. } = *self;
        ObjectInfo { field, namespace, is_global, is_secret, types, meaning, in_record: None }
    }
}
