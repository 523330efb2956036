//! A connection to one endpoint that is made when someone needs it, and made anew when it broke.
//!
//! By hand, since the driver's own cannot say which connection answered, nor whether a call was sent, and repeats writes.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{PushKind, RedisResult};
use tokio::sync::watch;

use super::backoff::Backoff;
use super::connector::Connector;
use super::endpoint::{Connected, Endpoint};
use super::live::Live;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::background::Background;
use crate::store::redis::barrier::while_connecting;
use crate::store::redis::error::{not_connected, silenced};

/// How long a connection may say nothing, or be on its way, until another is made beside it.
pub(crate) const HEDGE_AFTER: Duration = Duration::from_millis(500);

/// Attempts are made one at a time by a task of their own, whoever asks and whoever leaves; all who ask meanwhile share
/// the outcome.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Reconnecting>);

struct Reconnecting {
    endpoint: Endpoint,
    connector: Connector,
    background: Arc<Background>,
    state: watch::Sender<ConnectionState>,
    /// How many connections were begun.
    begun: Arc<AtomicU64>,
    /// How many attempts failed.
    failed: AtomicU64,
}

enum ConnectionState {
    Down {
        /// With the attempts that failed since the last good connection.
        backoff: Backoff,
        why: Option<Error>,
    },
    Connecting {
        /// Why the last attempt failed, for those who shared it and come late to hear of it.
        why: Option<Error>,
    },
    Up(Live),
    Closed,
}

impl Connection {
    pub(crate) fn new(endpoint: Endpoint, connector: &Connector, background: &Arc<Background>) -> Self {
        let (state, _) = watch::channel(ConnectionState::Down { backoff: Backoff::to_connect(), why: None });
        let (connector, background) = (connector.clone(), Arc::clone(background));
        let (begun, failed) = (Arc::default(), AtomicU64::new(0));
        Self(Arc::new(Reconnecting { endpoint, connector, background, state, begun, failed }))
    }

    /// The connection, if it stands; otherwise the outcome of one attempt to make it, which is under way, or is made
    /// after the pause that is due.
    pub(crate) async fn live(&self) -> Result<Live> {
        let deposed = match &*self.0.state.borrow() {
            ConnectionState::Up(live) if self.0.endpoint.has_left(live.master.as_ref()) => Some(live.serial),
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
            Ok(ConnectionState::Down { why: Some(why), .. } | ConnectionState::Connecting { why: Some(why) }) => {
                Err(why.again())
            }
            Ok(ConnectionState::Down { why: None, .. }) => {
                Err(Error::new(ErrorKind::Connection, "the server ended the connection as soon as it was made"))
            }
            Ok(ConnectionState::Closed) => Err(refusal::closed()),
            _ => Err(not_made()),
        }
    }

    /// Begins an attempt, unless one is under way.
    fn connect(&self) {
        let mut down = None;
        self.0.state.send_if_modified(|state| {
            if let ConnectionState::Down { backoff, why } = state {
                down = Some(*backoff);
                *state = ConnectionState::Connecting { why: why.take() };
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
        let connecting = Connecting { connection, endpoint, connector, begun, backoff, doubted, outcome: None };
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

    /// Waits until this connection is not the one in use any more.
    pub(crate) async fn is_replaced(&self, live: &Live) {
        let mut states = self.0.state.subscribe();
        let _ = states.wait_for(|state| state.serial() != Some(live.serial)).await;
    }

    /// Which of its connections is in use, if one is.
    pub(crate) fn serial(&self) -> Option<u64> {
        self.0.state.borrow().serial()
    }

    /// Waits until another of its connections is in use than this, or none.
    pub(crate) async fn is_past(&self, serial: Option<u64>) {
        let mut states = self.0.state.subscribe();
        let _ = states.wait_for(|state| state.serial() != serial).await;
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(*self.0.state.borrow(), ConnectionState::Up(_))
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

impl ConnectionState {
    /// Lets go of it while no lock is held, and of what relies on its connection.
    fn end(self) {
        if let Self::Up(Live { listener: Some(listener), .. }) = self {
            listener.end();
        }
    }

    fn serial(&self) -> Option<u64> {
        match self {
            Self::Up(live) => Some(live.serial),
            _ => None,
        }
    }
}

impl Reconnecting {
    fn lost(&self, serial: u64) {
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
                last = Some(std::mem::replace(state, ConnectionState::Down { backoff, why: None }));
                true
            }
            _ => false,
        });
        last.map(ConnectionState::end).unwrap_or_default();
    }
}

/// One attempt to connect. It ends with the connection it is for.
struct Connecting {
    connection: Weak<Reconnecting>,
    endpoint: Endpoint,
    connector: Connector,
    begun: Arc<AtomicU64>,
    backoff: Backoff,
    /// The connection whose place it is to take.
    doubted: Option<Doubted>,
    outcome: Option<Result<Live>>,
}

struct Doubted {
    live: Live,
    /// How many answers it had brought then.
    answers: u64,
}

impl Connecting {
    async fn run(mut self, mut states: watch::Receiver<ConnectionState>) {
        tokio::select! {
            outcome = self.connect() => self.outcome = Some(outcome),
            _ = states.wait_for(|state| matches!(state, ConnectionState::Closed)) => {}
        }
    }

    async fn connect(&self) -> Result<Live> {
        self.backoff.pause().await;
        let limit = self.connector.timeout;
        let mut live = match tokio::time::timeout(limit, self.connect_hedged()).await {
            Ok(connected) => connected.map_err(|error| {
                silenced(while_connecting(&error, self.connector.is_first()), &self.endpoint.secrets())
            })?,
            Err(_) => return Err(not_connected(limit)),
        };
        if let Some(listener) = &live.listener {
            let opened = tokio::time::timeout(limit, listener.open(&mut live.connection)).await;
            opened.unwrap_or_else(|_| Err(not_connected(limit)))?;
        }
        Ok(live)
    }

    /// One that takes long may be slow, or lost on the way and never end: others are tried beside it.
    async fn connect_hedged(&self) -> RedisResult<Live> {
        let mut first = pin!(self.connect_once());
        if let Ok(connected) = tokio::time::timeout(HEDGE_AFTER, &mut first).await {
            return connected;
        }
        loop {
            tokio::select! {
                connected = &mut first => return connected,
                connected = tokio::time::timeout(HEDGE_AFTER, self.connect_once()) => {
                    if let Ok(connected) = connected {
                        return connected;
                    }
                }
            }
        }
    }

    async fn connect_once(&self) -> RedisResult<Live> {
        let (serial, connection) = (self.begun.fetch_add(1, Ordering::Relaxed), self.connection.clone());
        let listener = self.connector.listener();
        let hearing = listener.clone();
        let pushes = Box::new(move |push: redis::PushInfo| {
            if let Some(listener) = &hearing {
                listener.hear(&push);
            }
            let is_over = hearing.as_ref().is_some_and(|listener| listener.is_over());
            if (is_over || push.kind == PushKind::Disconnection)
                && let Some(connection) = connection.upgrade()
            {
                connection.lost(serial);
            }
        });
        let Connected { connection, master } = self.endpoint.connect(&self.connector, pushes).await?;
        Ok(Live { connection, serial, backoff: self.backoff, master, health: Arc::default(), listener })
    }

    /// Has a connection to a master given up when the master is elsewhere.
    fn watch_master(&self, connection: &Arc<Reconnecting>) {
        let Endpoint::Master(sentinels) = self.endpoint.clone() else { return };
        let up = match &*connection.state.borrow() {
            ConnectionState::Up(live) => live.master.clone().map(|master| (live.serial, master)),
            _ => None,
        };
        let Some((serial, master)) = up else { return };
        let (connector, mut states) = (self.connector.clone(), connection.state.subscribe());
        let weak = Arc::downgrade(connection);
        connection.background.spawn(async move {
            tokio::select! {
                () = sentinels.moved_from(&master, &connector) => {
                    weak.upgrade().into_iter().for_each(|connection| connection.lost(serial));
                }
                _ = states.wait_for(|state| state.serial() != Some(serial)) => {}
            }
        });
    }

    /// What the connection comes to; `None` if it stays as it is.
    fn next(&self, state: &ConnectionState, outcome: Result<Live>) -> Option<ConnectionState> {
        match (state, outcome) {
            (ConnectionState::Connecting { .. } | ConnectionState::Down { .. }, Ok(live)) => {
                Some(ConnectionState::Up(live))
            }
            (ConnectionState::Connecting { .. }, Err(why)) if self.doubted.is_none() => {
                let mut backoff = self.backoff;
                backoff.fail();
                Some(ConnectionState::Down { backoff, why: Some(why) })
            }
            (ConnectionState::Up(old), Ok(live)) => {
                let is_dead =
                    |doubted: &Doubted| doubted.live.serial == old.serial && doubted.live.answers() == doubted.answers;
                self.doubted.as_ref().is_some_and(is_dead).then_some(ConnectionState::Up(live))
            }
            _ => None,
        }
    }
}

impl Drop for Connecting {
    /// Also when the runtime ends half way.
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or_else(|| Err(not_made()));
        if let Some(Doubted { live, .. }) = &self.doubted {
            live.health.doubts.fetch_add(outcome.is_err().into(), Ordering::Relaxed);
            live.health.is_doubted.store(false, Ordering::Relaxed);
        }
        let Some(connection) = self.connection.upgrade() else { return };
        let mut last = None;
        connection.state.send_if_modified(|state| {
            last = self.next(state, outcome).map(|next| std::mem::replace(state, next));
            if matches!(state, ConnectionState::Down { .. }) {
                connection.failed.fetch_add(u64::from(last.is_some()), Ordering::Release);
            }
            last.is_some()
        });
        let is_new = last.is_some();
        last.map(ConnectionState::end).unwrap_or_default();
        if is_new {
            self.watch_master(&connection);
        }
    }
}

/// The runtime in which it was to be made ended.
fn not_made() -> Error {
    Error::new(ErrorKind::Connection, "the runtime that made the connection ended")
}
