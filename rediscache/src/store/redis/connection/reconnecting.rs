//! A connection to one endpoint that is made when someone needs it, and made anew when it broke.
//!
//! By hand, since the driver's own cannot say which connection answered, nor whether a call was sent, and repeats writes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use tokio::sync::watch;

use super::backoff::Backoff;
use super::connecting::{Connecting, Doubted, not_made};
use super::connector::Connector;
use super::endpoint::Endpoint;
use super::live::Live;
use super::state::{ConnectionState, Reconnecting, is_past};
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::background::Background;

/// Attempts are made one at a time by a task of their own, whoever asks and whoever leaves; all who ask meanwhile share
/// the outcome.
#[derive(Clone)]
pub(crate) struct Connection(pub(super) Arc<Reconnecting>);

/// One of the connections to an endpoint, which is not kept by this.
pub(crate) struct WeakLive {
    connection: Weak<Reconnecting>,
    serial: u64,
    states: watch::Receiver<ConnectionState>,
}

impl Connection {
    pub(crate) fn new(endpoint: Endpoint, connector: &Connector, background: &Arc<Background>) -> Self {
        let (state, _) = watch::channel(ConnectionState::Down { backoff: Backoff::to_connect(), why: None });
        let (connector, background) = (connector.clone(), Arc::clone(background));
        let (begun, was_up, failed, is_away, watched) = Default::default();
        Self(Arc::new(Reconnecting { endpoint, connector, background, state, begun, was_up, failed, is_away, watched }))
    }

    /// The connection, if it stands; otherwise the outcome of one attempt to make it, which is under way, or is made
    /// after the pause that is due.
    pub(crate) async fn live(&self) -> Result<Live> {
        let deposed = match &*self.0.state.borrow() {
            ConnectionState::Up(live) if self.has_left(live) => Some(live.serial),
            ConnectionState::Up(live) => return Ok(live.clone()),
            _ => None,
        };
        deposed.map(|serial| self.0.lost(serial)).unwrap_or_default();
        let (mut states, failed) = (self.0.state.subscribe(), self.0.failed.load(Ordering::Acquire));
        self.connect();
        let is_over = |state: &ConnectionState| match state {
            ConnectionState::Connecting { .. } => self.0.failed.load(Ordering::Acquire) != failed,
            _ => true,
        };
        match states.wait_for(is_over).await.as_deref() {
            Ok(ConnectionState::Up(live)) => Ok(live.clone()),
            Ok(ConnectionState::Down { why: Some(why), .. } | ConnectionState::Connecting { why: Some(why), .. }) => {
                Err(why.again())
            }
            Ok(ConnectionState::Down { why: None, .. }) => {
                Err(Error::new(ErrorKind::Connection, "the server ended the connection as soon as it was made"))
            }
            Ok(ConnectionState::Closed) => Err(refusal::closed()),
            _ => Err(not_made()),
        }
    }

    /// Whether it leads to where the master is no more, or nobody runs it.
    fn has_left(&self, live: &Live) -> bool {
        live.moves != self.0.background.moves() || self.0.endpoint.has_left(live.master.as_ref())
    }

    /// Begins an attempt, unless one is under way.
    pub(super) fn connect(&self) {
        let (mut down, moves) = (None, self.0.background.moves());
        self.0.state.send_if_modified(|state| {
            match state {
                ConnectionState::Down { backoff, why } => {
                    down = Some(*backoff);
                    *state = ConnectionState::Connecting { moves, why: why.take() };
                }
                // Nobody runs that one.
                ConnectionState::Connecting { moves: begun, .. } if *begun != moves => {
                    down = Some(Backoff::to_connect());
                    *begun = moves;
                }
                _ => {}
            }
            down.is_some()
        });
        if let Some(backoff) = down {
            self.begin(backoff, None);
        }
    }

    fn begin(&self, backoff: Backoff, doubted: Option<Doubted>) {
        let Reconnecting { endpoint, connector, background, begun, .. } = &*self.0;
        let (endpoint, connector, begun) = (endpoint.clone(), connector.clone(), Arc::clone(begun));
        let connection = Arc::downgrade(&self.0);
        let moves = background.moves();
        let connecting = Connecting { connection, endpoint, connector, begun, moves, backoff, doubted, outcome: None };
        background.spawn(connecting.run(self.0.state.subscribe()));
    }

    /// Sees whether a connection that says nothing is dead without knowing: if another can be made before it says
    /// something, that takes its place. Calls under way keep the old one.
    pub(crate) fn doubt(&self, live: &Live) {
        let is_in_use = matches!(&*self.0.state.borrow(), ConnectionState::Up(other) if other.serial == live.serial);
        if is_in_use && !live.health.is_doubted.swap(true, Ordering::Relaxed) {
            let backoff = Backoff::to_connect().after(live.health.doubts.load(Ordering::Relaxed));
            self.begin(backoff, Some(Doubted { answers: live.answers(), live: live.clone() }));
        }
    }

    /// Goes on in the runtime of the caller where nobody runs that in which connections are made. Whether one was made, or
    /// is served, in a runtime that was left.
    pub(crate) async fn leave_if_stuck(&self, live: &Live) -> bool {
        self.0.background.move_if_stuck().await;
        live.moves != self.0.background.moves()
    }

    /// Waits until this connection is not the one in use any more.
    pub(crate) async fn is_replaced(&self, live: &Live) {
        is_past(&mut self.0.state.subscribe(), Some(live.serial)).await;
    }

    /// Which of its connections is in use, if one is.
    pub(crate) fn serial(&self) -> Option<u64> {
        self.0.state.borrow().serial()
    }

    /// Waits until another of its connections is in use than this, or none.
    pub(crate) async fn is_past(&self, serial: Option<u64>) {
        is_past(&mut self.0.state.subscribe(), serial).await;
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn is_up(&self) -> bool {
        self.0.is_up()
    }

    /// The connection, for one who only watches it.
    pub(crate) fn downgrade(&self, live: &Live) -> WeakLive {
        WeakLive { connection: Arc::downgrade(&self.0), serial: live.serial, states: self.0.state.subscribe() }
    }

    /// Gives up a connection that broke, if it is still the one in use.
    pub(crate) fn lost(&self, live: &Live) {
        self.0.lost(live.serial);
    }

    /// Ends the connection when the calls under way are done.
    pub(crate) fn close(&self) {
        self.0.state.send_replace(ConnectionState::Closed).end();
    }
}

impl WeakLive {
    /// The connection, while it is in use.
    pub(crate) fn upgrade(&self) -> Option<(Connection, Live)> {
        let connection = self.connection.upgrade()?;
        let live = match &*connection.state.borrow() {
            ConnectionState::Up(live) if live.serial == self.serial => Some(live.clone()),
            _ => None,
        };
        live.map(|live| (Connection(connection), live))
    }

    /// Waits until it is not in use any more.
    pub(crate) async fn is_over(&mut self) {
        is_past(&mut self.states, Some(self.serial)).await;
    }
}
