//! What a task queue was told of its clients.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::Result;
use crate::refusal::config;
use crate::store::Client;

/// How long a client may be silent by default.
pub(super) const RECOVER_AFTER: Duration = Duration::from_secs(30);

/// How long a task that failed waits by default, the first time and at the most.
pub(super) const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5 * 60));

/// How long other programs may try to read by default what this one cannot.
pub(super) const UNREADABLE_FOR: Duration = Duration::from_secs(3600);

/// Below this, heartbeats could not keep up.
const SHORTEST_SILENCE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TaskOptions {
    pub(super) client_identifier: Option<Cow<'static, str>>,
    pub(super) recover_after: Duration,
    pub(super) max_attempts: Option<u32>,
    /// The first pause and the longest.
    pub(super) backoff: (Duration, Duration),
    pub(super) unreadable_for: Duration,
    pub(super) recover_unleased: Option<Duration>,
}

impl TaskOptions {
    pub(super) const DEFAULT: Self = Self {
        client_identifier: None,
        recover_after: RECOVER_AFTER,
        max_attempts: None,
        backoff: BACKOFF,
        unreadable_for: UNREADABLE_FOR,
        recover_unleased: None,
    };

    pub(super) fn check(&self) -> Result<()> {
        if self.recover_after < SHORTEST_SILENCE {
            return Err(config("a `recover_after` below 100 ms takes tasks from clients that live; make it longer"));
        }
        if self.max_attempts == Some(0) {
            return Err(config("`max_attempts` of zero delivers no task; make it 1 or more, or leave it out"));
        }
        let (first, longest) = self.backoff;
        if first.is_zero() || first > longest {
            return Err(config(
                "a `backoff` goes from a time above zero to one that is no shorter; write `\"1s..5m\"`",
            ));
        }
        if self.recover_unleased.is_some_and(|after| after < SHORTEST_SILENCE) {
            return Err(config(
                "a `recover_unleased` below 100 ms takes tasks from programs that work; make it longer",
            ));
        }
        Ok(())
    }

    /// What the name of the list of pending items ends with.
    fn pending_suffix(&self) -> String {
        match &self.client_identifier {
            None => "$pending".to_owned(),
            Some(identifier) => format!("${identifier}_pending"),
        }
    }

    /// A new instance of this client.
    pub(super) fn client(&self) -> Client {
        Client {
            name: Client::new_name(&self.pending_suffix()),
            silence: self.recover_after,
            most_attempts: self.max_attempts,
            backoff: self.backoff,
            unreadable_for: self.unreadable_for,
            recover_unleased: self.recover_unleased,
        }
    }
}
