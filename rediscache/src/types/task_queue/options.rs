//! What a task queue was told of its clients.

use std::borrow::Cow;
use std::time::Duration;

use crate::error::Result;
use crate::refusal::config;
use crate::store::Client;

/// How long a client may be silent by default.
pub(super) const RECOVER_AFTER: Duration = Duration::from_secs(30);

/// Below this, heartbeats could not keep up.
const SHORTEST_SILENCE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) client_identifier: Option<Cow<'static, str>>,
    pub(super) recover_after: Duration,
    pub(super) max_attempts: Option<u32>,
}

impl Options {
    pub(super) const DEFAULT: Self = Self { client_identifier: None, recover_after: RECOVER_AFTER, max_attempts: None };

    pub(super) fn check(&self) -> Result<()> {
        if self.recover_after < SHORTEST_SILENCE {
            return Err(config("a `recover_after` below 100 ms takes tasks from clients that live; make it longer"));
        }
        if self.max_attempts == Some(0) {
            return Err(config("`max_attempts` of zero delivers no task; make it 1 or more, or leave it out"));
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
        Client::new(&self.pending_suffix(), self.recover_after, self.max_attempts)
    }
}
