//! How a lock is taken: asked for once, or until nobody else holds it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::guard::LockGuard;
use super::hold::{HeldLock, Hold};
use crate::error::{Error, Result};
use crate::store::{Acquired, Token};
use crate::types::object::Target;

/// One try to take a lock. What was taken when it is dropped, or may have been, is let go.
pub(super) struct LockAttempt<'a> {
    at: &'a Target,
    hold: Hold,
    name: String,
    token: Token,
    /// Whether it was asked, and the answer is not known.
    is_open: bool,
}

/// What came of asking.
pub(super) enum LockAttemptOutcome {
    Held(LockGuard),
    /// Another holds it, for so long at the most if it does not renew its lease.
    Taken(Duration),
}

impl<'a> LockAttempt<'a> {
    pub(super) fn new(at: &'a Target, hold: Hold, name: String) -> Self {
        Self { at, hold, name, token: Token::new(), is_open: false }
    }

    /// Asks once.
    pub(super) async fn ask(&mut self) -> Result<LockAttemptOutcome> {
        let asked = Instant::now();
        let store = self.at.store()?;
        self.is_open = true;
        let acquired = self.at.limit.bound(store.locks().acquire(&self.name, self.token, self.hold.first())).await;
        self.is_open = acquired.as_ref().is_err_and(Error::is_outcome_unknown);
        let acquired = acquired?;
        self.at.note_write(store);
        Ok(match acquired {
            Acquired::Held(fence) => {
                LockAttemptOutcome::Held(LockGuard::new(self.at, self.held(asked), fence, asked + self.hold.first()))
            }
            Acquired::Taken(left) => LockAttemptOutcome::Taken(left),
        })
    }

    /// Asks until nobody else holds it, in the order of those who wait in this session, or until the time is up.
    pub(super) async fn wait(mut self, limit: Option<Duration>) -> Result<Option<LockGuard>> {
        let at = self.at;
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        let waiting = async {
            let turn = at.session.state().turns.enter(self.name.clone());
            let _turn = match until {
                Some(until) => timeout_at(until, turn).await.ok(),
                None => Some(turn.await),
            };
            let mut hearing = None;
            loop {
                let left = match self.ask().await? {
                    LockAttemptOutcome::Held(guard) => return Ok(Some(guard)),
                    LockAttemptOutcome::Taken(left) => left,
                };
                let now = Instant::now();
                if until.is_some_and(|until| until <= now) {
                    return Ok(None);
                }
                let again = until.map_or(now + left, |until| until.min(now + left));
                match hearing.take() {
                    // What was told before this is not heard: it is asked once more.
                    None => hearing = Some(at.store()?.locks().hear(&self.name).await.unwrap_or_default()),
                    // It is heard anew after that: a connection that came to its end, which all are told of, hears nothing more.
                    Some(None) => sleep_until(again).await,
                    Some(Some(mut hearing)) => drop(timeout_at(again, hearing.told()).await),
                }
            }
        };
        at.open_store().while_open(waiting).await
    }

    fn held(&self, asked: Instant) -> HeldLock {
        HeldLock::since(asked, self.at.open_store(), &self.name, self.token, self.hold)
    }
}

impl Drop for LockAttempt<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.held(Instant::now()).release_aside();
        }
    }
}
