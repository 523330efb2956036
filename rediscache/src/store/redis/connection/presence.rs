//! Whether a connection stands and speaks, and what it takes to see when it does again.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::live::Live;
use super::reconnecting::Connection;
use super::state::{ConnectionState, Reconnecting, is_past};
use crate::store::background::Background;

/// What is known of a connection.
#[derive(Clone)]
pub(crate) enum Presence {
    Well,
    /// It stands, and has said nothing for too long.
    Silent(Live),
    /// None stands, which may be a moment's matter.
    Unknown,
    /// None stands, and none could be made.
    Away,
    Closed,
}

/// A connection that is not kept by this.
pub(crate) struct WeakConnection {
    connection: Weak<Reconnecting>,
    states: watch::Receiver<ConnectionState>,
}

impl Connection {
    pub(crate) fn presence(&self) -> Presence {
        match &*self.0.state.borrow() {
            ConnectionState::Up(live) if live.is_silent() => Presence::Silent(live.clone()),
            ConnectionState::Up(_) => Presence::Well,
            ConnectionState::Closed => Presence::Closed,
            _ if self.0.is_away.load(Ordering::Relaxed) => Presence::Away,
            _ => Presence::Unknown,
        }
    }

    /// Whether it stands and speaks.
    pub(crate) fn is_well(&self) -> bool {
        matches!(&*self.0.state.borrow(), ConnectionState::Up(live) if !live.is_silent())
    }

    /// Notes that none stands, and that this is more than a moment's matter. It ends with the next that does.
    pub(crate) fn note_away(&self) {
        self.0.is_away.store(true, Ordering::Relaxed);
    }

    /// The connection for one who is to see to it, unless someone does.
    pub(crate) fn begin_watch(&self) -> Option<WeakConnection> {
        let moves = self.0.background.moves() + 1;
        let is_watched = self.0.watched.swap(moves, Ordering::SeqCst) == moves;
        let weak = || WeakConnection { connection: Arc::downgrade(&self.0), states: self.0.state.subscribe() };
        (!is_watched).then(weak)
    }

    /// Nobody sees to it any more.
    pub(crate) fn end_watch(&self) {
        self.0.watched.store(0, Ordering::SeqCst);
    }

    pub(crate) fn background(&self) -> &Background {
        &self.0.background
    }

    /// Begins an attempt to make it, unless one is under way.
    pub(crate) fn try_again(&self) {
        self.connect();
    }
}

impl WeakConnection {
    pub(crate) fn upgrade(&self) -> Option<Connection> {
        self.connection.upgrade().map(Connection)
    }

    /// Waits until an attempt is over, for so long at the most; whether it is.
    pub(crate) async fn attempted(&mut self, limit: Duration) -> bool {
        let is_over = |state: &ConnectionState| !matches!(state, ConnectionState::Connecting { .. });
        tokio::time::timeout(limit, self.states.wait_for(is_over)).await.is_ok()
    }

    /// Waits until another connection is in use than this, or none.
    pub(crate) async fn is_past(&mut self, live: &Live) {
        is_past(&mut self.states, Some(live.serial)).await;
    }
}
