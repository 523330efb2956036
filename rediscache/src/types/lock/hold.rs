//! How a lock is held: whoever has it renews its lease in the background.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::error::Result;
use crate::store::{OpenStore, Token};

/// For how long a lock is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// By whoever does not renew it.
    pub(super) lease: Duration,
    /// At the most.
    pub(super) max_hold: Option<Duration>,
}

/// A lock that is held, by its token.
#[derive(Clone)]
pub(super) struct HeldLock {
    store: OpenStore,
    name: String,
    token: Token,
    hold: Hold,
    /// When it ends at the most.
    most: Option<Instant>,
}

impl Hold {
    /// For how long it is taken at first.
    pub(super) fn first(self) -> Duration {
        self.max_hold.map_or(self.lease, |most| most.min(self.lease))
    }
}

impl HeldLock {
    /// What was asked for then.
    pub(super) fn since(asked: Instant, store: &OpenStore, name: &str, token: Token, hold: Hold) -> Self {
        let most = hold.max_hold.and_then(|most| asked.checked_add(most));
        Self { store: store.clone(), name: name.to_owned(), token, hold, most }
    }

    /// Renews the lease until the lock is lost or the guard is gone, and says until when it is held.
    pub(super) async fn renew(self, held: watch::Sender<Instant>, mut gone: oneshot::Receiver<()>) {
        let mut closing = self.store.closing();
        let lease = self.hold.lease;
        let mut next = Instant::now() + lease / 3;
        loop {
            let ends = *held.borrow();
            let is_last = self.most.is_some_and(|most| ends >= most);
            tokio::select! {
                biased;
                _ = &mut gone => return,
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
