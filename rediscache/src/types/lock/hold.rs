//! How a lock is taken and held: whoever has it renews its lease in the background.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::guard::LockGuard;
use crate::error::{Error, Result};
use crate::refusal::closed;
use crate::store::{Acquired, OpenStore, Token};
use crate::types::object::Target;

/// For how long a lock is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// By whoever does not renew it.
    pub(super) lease: Duration,
    /// At the most.
    pub(super) max_hold: Option<Duration>,
}

/// One try to take a lock. What was taken when it is dropped, or may have been, is let go.
pub(super) struct Attempt<'a> {
    at: &'a Target,
    hold: Hold,
    name: String,
    token: Token,
    /// Whether it was asked, and the answer is not known.
    is_open: bool,
}

/// What came of asking.
pub(super) enum Asked {
    Held(LockGuard),
    /// Another holds it, for so long at the most if it does not renew its lease.
    Taken(Duration),
}

/// A lock that is held, by its token.
#[derive(Clone)]
pub(super) struct Held {
    store: OpenStore,
    name: String,
    token: Token,
    hold: Hold,
    /// When it ends at the most.
    most: Option<Instant>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(at: &'a Target, hold: Hold, name: String) -> Self {
        Self { at, hold, name, token: Token::new(), is_open: false }
    }

    /// Asks once.
    pub(super) async fn ask(&mut self) -> Result<Asked> {
        let asked = Instant::now();
        let store = self.at.store()?;
        self.is_open = true;
        let acquired = self.at.limit.bound(store.locks().acquire(&self.name, self.token, self.hold.first())).await;
        self.is_open = acquired.as_ref().is_err_and(Error::is_outcome_unknown);
        let acquired = acquired?;
        self.at.note(asked);
        Ok(match acquired {
            Acquired::Held(fence) => {
                Asked::Held(LockGuard::new(self.at, self.held(asked), fence, asked + self.hold.first()))
            }
            Acquired::Taken(left) => Asked::Taken(left),
        })
    }

    /// Asks until nobody else holds it, in the order of those who wait in this session, or until the time is up.
    pub(super) async fn wait(mut self, limit: Option<Duration>) -> Result<Option<LockGuard>> {
        let at = self.at;
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut closing = at.open_store().closing();
        let waiting = async {
            let turn = at.session.state().turns.enter(self.name.clone());
            let _turn = match until {
                Some(until) => timeout_at(until, turn).await.ok(),
                None => Some(turn.await),
            };
            let mut hearing = None;
            loop {
                let left = match self.ask().await? {
                    Asked::Held(guard) => return Ok(Some(guard)),
                    Asked::Taken(left) => left,
                };
                let now = Instant::now();
                if until.is_some_and(|until| until <= now) {
                    return Ok(None);
                }
                let again = until.map_or(now + left, |until| until.min(now + left));
                match &mut hearing {
                    // What was told before this is not heard: it is asked once more.
                    None => hearing = Some(at.store()?.locks().hear(&self.name).await?),
                    Some(None) => sleep_until(again).await,
                    Some(Some(hearing)) => drop(timeout_at(again, hearing.told()).await),
                }
            }
        };
        tokio::select! {
            biased;
            waited = waiting => waited,
            _ = closing.wait_for(|is_closed| *is_closed) => Err(closed()),
        }
    }

    fn held(&self, asked: Instant) -> Held {
        Held {
            store: self.at.open_store().clone(),
            name: self.name.clone(),
            token: self.token,
            hold: self.hold,
            most: self.hold.max_hold.and_then(|most| asked.checked_add(most)),
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.held(Instant::now()).release_aside();
        }
    }
}

impl Hold {
    /// For how long it is taken at first.
    fn first(self) -> Duration {
        self.max_hold.map_or(self.lease, |most| most.min(self.lease))
    }
}

impl Held {
    /// Renews the lease until the lock is lost or let go, and says until when it is held. `held` is closed with the guard.
    pub(super) async fn renew(self, held: watch::Sender<Instant>) {
        let mut closing = self.store.closing();
        let lease = self.hold.lease;
        let mut next = Instant::now() + lease / 3;
        loop {
            let ends = *held.borrow();
            let is_last = self.most.is_some_and(|most| ends >= most);
            tokio::select! {
                biased;
                () = held.closed() => return,
                _ = closing.wait_for(|is_closed| *is_closed) => break,
                () = sleep_until(if is_last { ends } else { next.min(ends) }) => {}
            }
            let asked = Instant::now();
            if asked >= ends {
                break;
            }
            // Not past the most, so that nobody waits for what is not held any more.
            let until = self.most.map_or(asked + lease, |most| most.min(asked + lease));
            let locks = self.store.while_closing().locks();
            let renewed = locks.renew(&self.name, self.token, until - asked);
            match timeout_at(ends, renewed).await {
                Ok(Ok(true)) => {
                    held.send_replace(until);
                    next = asked + lease / 3;
                }
                Ok(Ok(false)) => break,
                // The lock may be ours for as long as the lease stands.
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the lease of a lock was not renewed; it is tried again");
                    next = Instant::now() + (lease / 20).min(Duration::from_secs(1));
                }
                Err(_) => break,
            }
        }
        held.send_replace(Instant::now());
    }

    pub(super) async fn release(&self) -> Result<bool> {
        self.store.while_closing().locks().release(&self.name, self.token).await
    }

    /// Lets it go in the background, which closing the session waits for.
    pub(super) fn release_aside(self) {
        let closing = self.store.closing();
        let store = self.store.clone();
        store.while_closing().run_aside(async move {
            if let Err(error) = self.release().await {
                tracing::debug!(%error, "a lock was not let go; it ends with its lease");
            }
            drop(closing);
        });
    }
}
