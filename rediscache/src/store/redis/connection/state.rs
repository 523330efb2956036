//! Where one of the connections to an endpoint is between its attempts: the state that all who use it share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::watch;

use super::backoff::Backoff;
use super::connector::Connector;
use super::endpoint::Endpoint;
use super::live::Live;
use crate::error::Error;
use crate::store::background::Background;

pub(super) struct Reconnecting {
    pub(super) endpoint: Endpoint,
    pub(super) connector: Connector,
    pub(super) background: Arc<Background>,
    pub(super) state: watch::Sender<ConnectionState>,
    /// How many connections were begun.
    pub(super) begun: Arc<AtomicU64>,
    /// Whether one was in use before.
    pub(super) was_up: AtomicBool,
    /// How many attempts failed.
    pub(super) failed: AtomicU64,
    /// While none stands: whether that is more than a moment's matter.
    pub(super) is_away: AtomicBool,
    /// How often the background had moved when someone began to see to it, and one more; zero while nobody does.
    pub(super) watched: AtomicU64,
}

pub(super) enum ConnectionState {
    Down {
        /// With the attempts that failed since the last good connection.
        backoff: Backoff,
        why: Option<Error>,
    },
    Connecting {
        /// How often the background had moved when it was begun.
        moves: u64,
        /// Why the last attempt failed, for those who shared it and come late to hear of it.
        why: Option<Error>,
    },
    Up(Live),
    Closed,
}

/// Waits until another connection than this is in use, or none.
pub(super) async fn is_past(states: &mut watch::Receiver<ConnectionState>, serial: Option<u64>) {
    let _ = states.wait_for(|state| state.serial() != serial).await;
}

impl ConnectionState {
    /// Lets go of it while no lock is held, and of what relies on its connection.
    pub(super) fn end(self) {
        if let Self::Up(Live { listener: Some(listener), .. }) = self {
            listener.end();
        }
    }

    pub(super) fn serial(&self) -> Option<u64> {
        match self {
            Self::Up(live) => Some(live.serial),
            _ => None,
        }
    }
}

impl Reconnecting {
    pub(super) fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), ConnectionState::Up(_))
    }

    /// Gives up the connection of that number, if it is still the one in use.
    pub(super) fn lost(&self, serial: u64) {
        let mut last = None;
        self.state.send_if_modified(|state| match state {
            ConnectionState::Up(live) if live.serial == serial => {
                let mut backoff = live.backoff;
                // One that never answered counts as a failed attempt, so that no server is called without a pause.
                if live.answers() == 0 {
                    backoff.fail();
                } else {
                    backoff.reset();
                }
                self.is_away.store(false, Ordering::Relaxed);
                last = Some(std::mem::replace(state, ConnectionState::Down { backoff, why: None }));
                true
            }
            _ => false,
        });
        last.map(ConnectionState::end).unwrap_or_default();
    }
}
