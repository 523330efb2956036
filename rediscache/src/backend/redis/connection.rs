use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushKind, RedisResult};
use tokio::sync::watch;

use super::connector::{Connected, Connector, Endpoint};
use super::error::{not_connected, silenced, while_connecting};
use super::invalidation_listener::InvalidationListener;
use super::router::within;
use super::sentinel::MasterAddress;
use super::watched_keys::WatchedKeys;
use crate::backend::{Background, fault};
use crate::error::{Error, ErrorKind, Result};

/// The least and the most time between two attempts to connect.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// How long a connection may say nothing, or be on its way, until it is taken for dead if another can be made.
pub(super) const HEDGE_AFTER: Duration = Duration::from_millis(500);

/// One connection to one endpoint, made when someone needs it and made anew when it broke.
///
/// Attempts are made one at a time by a task of their own, whoever asks and whoever leaves; all who ask meanwhile share
/// its outcome.
#[derive(Clone)]
pub(super) struct Connection(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    connector: Connector,
    background: Arc<Background>,
    state: watch::Sender<State>,
    /// How many connections were begun.
    begun: Arc<AtomicU64>,
    /// How many attempts failed.
    failed: AtomicU64,
}

enum State {
    Down {
        /// How many attempts failed since the last good connection.
        failures: u32,
        why: Option<Error>,
    },
    Connecting {
        /// Why the last attempt failed, for those who shared it and come late to hear of it.
        why: Option<Error>,
    },
    Up(Live),
    Closed,
}

/// A connection that stood when it was handed out.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) connection: MultiplexedConnection,
    /// Which of the link's connections this is.
    serial: u64,
    /// How many attempts failed before it.
    failures: u32,
    /// Where the master was for it.
    address: Option<MasterAddress>,
    health: Arc<Health>,
    /// What it tells of changes, where it does.
    pub(super) listener: Option<Arc<InvalidationListener>>,
}

/// What is known of a connection's health.
#[derive(Default)]
struct Health {
    /// How many answers it brought.
    heard: AtomicU64,
    /// Whether another is being made to take its place.
    is_doubted: AtomicBool,
    /// How many of those failed.
    doubts: AtomicU32,
    /// Whether its user may make transactions, as far as is known.
    transacts: AtomicBool,
}

impl Live {
    /// Notes that an answer came.
    pub(super) fn hear(&self) {
        self.health.heard.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn heard(&self) -> u64 {
        self.health.heard.load(Ordering::Relaxed)
    }

    /// Whether its user is known to be allowed transactions.
    pub(super) fn transacts(&self) -> bool {
        self.health.transacts.load(Ordering::Relaxed)
    }

    pub(super) fn note_transactions(&self) {
        self.health.transacts.store(true, Ordering::Relaxed);
    }
}

impl Connection {
    pub(super) fn new(endpoint: Endpoint, connector: &Connector, background: &Arc<Background>) -> Self {
        let (state, _) = watch::channel(State::Down { failures: 0, why: None });
        let (connector, background, begun, failed) =
            (connector.clone(), Arc::clone(background), Arc::default(), AtomicU64::new(0));
        Self(Arc::new(Inner { endpoint, connector, background, state, begun, failed }))
    }

    /// The connection, if it stands; otherwise the outcome of one attempt to make it, which is under way, or is made
    /// after the pause that is due.
    pub(super) async fn live(&self) -> Result<Live> {
        let deposed = match &*self.0.state.borrow() {
            State::Up(live) if self.0.endpoint.has_left(live.address.as_ref()) => Some(live.serial),
            State::Up(live) => return Ok(live.clone()),
            _ => None,
        };
        deposed.map(|serial| self.0.lost(serial)).unwrap_or_default();
        let (mut states, failed) = (self.0.state.subscribe(), self.0.failed.load(Ordering::Acquire));
        self.connector();
        let is_over = |state: &State| match state {
            State::Connecting { .. } => self.0.failed.load(Ordering::Acquire) != failed,
            _ => true,
        };
        match states.wait_for(is_over).await.as_deref() {
            Ok(State::Up(live)) => Ok(live.clone()),
            Ok(State::Down { why: Some(why), .. } | State::Connecting { why: Some(why) }) => Err(why.again()),
            Ok(State::Down { why: None, .. }) => {
                Err(Error::new(ErrorKind::Connection, "the server ended the connection as soon as it was made"))
            }
            Ok(State::Closed) => Err(fault::closed()),
            _ => Err(not_made()),
        }
    }

    fn connector(&self) {
        let mut failed = None;
        self.0.state.send_if_modified(|state| {
            if let State::Down { failures, why } = state {
                failed = Some(*failures);
                *state = State::Connecting { why: why.take() };
            }
            failed.is_some()
        });
        if let Some(failures) = failed {
            self.attempt(failures, None);
        }
    }

    fn attempt(&self, failures: u32, doubted: Option<Doubted>) {
        let Inner { endpoint, connector, background, begun, .. } = &*self.0;
        let (endpoint, connector, begun, link) =
            (endpoint.clone(), connector.clone(), Arc::clone(begun), Arc::downgrade(&self.0));
        let attempt = Connecting { link, endpoint, connector, begun, failures, doubted, outcome: None };
        background.spawn(attempt.make(self.0.state.subscribe()));
    }

    /// Sees whether a connection that says nothing is dead without knowing: if another can be made before it says
    /// something, that takes its place. Calls under way keep the old one.
    pub(super) fn doubt(&self, live: &Live) {
        let is_in_use = matches!(&*self.0.state.borrow(), State::Up(other) if other.serial == live.serial);
        if is_in_use && !live.health.is_doubted.swap(true, Ordering::Relaxed) {
            let failures = live.health.doubts.load(Ordering::Relaxed);
            self.attempt(failures, Some(Doubted { heard: live.heard(), live: live.clone() }));
        }
    }

    /// Waits until this connection is not the one in use any more.
    pub(super) async fn is_replaced(&self, live: &Live) {
        let mut states = self.0.state.subscribe();
        let _ = states.wait_for(|state| !matches!(state, State::Up(other) if other.serial == live.serial)).await;
    }

    /// Which of its connections is in use, if one is.
    pub(super) fn serial(&self) -> Option<u64> {
        self.0.state.borrow().serial()
    }

    /// Waits until another of its connections is in use than this, or none.
    pub(super) async fn is_past(&self, serial: Option<u64>) {
        let mut states = self.0.state.subscribe();
        let _ = states.wait_for(|state| state.serial() != serial).await;
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Up(_))
    }

    /// Gives up a connection that broke, if it is still the one in use.
    pub(super) fn lost(&self, live: &Live) {
        self.0.lost(live.serial);
    }

    /// Ends the connection when the calls under way are done.
    pub(super) fn close(&self) {
        self.0.state.send_replace(State::Closed).end();
    }
}

impl State {
    /// Lets go of it while no lock is held, and of what relies on its connection.
    fn end(self) {
        if let Self::Up(Live { listener: Some(listener), .. }) = self {
            listener.end();
        }
    }
}

impl State {
    fn serial(&self) -> Option<u64> {
        match self {
            Self::Up(live) => Some(live.serial),
            _ => None,
        }
    }
}

impl Inner {
    fn lost(&self, serial: u64) {
        let mut last = None;
        self.state.send_if_modified(|state| match state {
            State::Up(live) if live.serial == serial => {
                // One that never answered counts as a failed attempt, so that no server is dialed without a pause.
                let failures = if live.heard() == 0 { live.failures + 1 } else { 0 };
                last = Some(std::mem::replace(state, State::Down { failures, why: None }));
                true
            }
            _ => false,
        });
        last.map(State::end).unwrap_or_default();
    }
}

/// One attempt to connect. It ends with the link.
struct Connecting {
    link: Weak<Inner>,
    endpoint: Endpoint,
    connector: Connector,
    begun: Arc<AtomicU64>,
    failures: u32,
    /// The connection whose place it is to take.
    doubted: Option<Doubted>,
    outcome: Option<Result<Live>>,
}

struct Doubted {
    live: Live,
    /// How many answers it had brought then.
    heard: u64,
}

impl Connecting {
    async fn make(mut self, mut states: watch::Receiver<State>) {
        tokio::select! {
            outcome = self.connect() => self.outcome = Some(outcome),
            _ = states.wait_for(|state| matches!(state, State::Closed)) => {}
        }
    }

    async fn connect(&self) -> Result<Live> {
        if let Some(pause) = pause(self.failures) {
            tokio::time::sleep(pause).await;
        }
        let connected = async {
            let mut first = pin!(self.connect_once());
            if let Ok(connected) = tokio::time::timeout(HEDGE_AFTER, &mut first).await {
                return connected;
            }
            // It may be slow, or lost on the way and never end.
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
        };
        let limit = self.connector.timeout;
        let connected = within(limit, connected, while_connecting).await;
        let mut live = connected.map_err(|error| silenced(error, &self.endpoint.secrets()))?;
        if let Some(listener) = &live.listener {
            let opened = tokio::time::timeout(limit, listener.open(&mut live.connection)).await;
            opened.unwrap_or_else(|_| Err(not_connected(limit)))?;
        }
        Ok(live)
    }

    async fn connect_once(&self) -> RedisResult<Live> {
        let (serial, link) = (self.begun.fetch_add(1, Ordering::Relaxed), self.link.clone());
        let listener = self.connector.watched.as_ref().map(WatchedKeys::listener);
        let ear = listener.clone();
        let pushes = Box::new(move |push: redis::PushInfo| {
            if let Some(listener) = &ear {
                listener.hear(&push);
            }
            let is_over = ear.as_ref().is_some_and(|listener| listener.is_over());
            if (is_over || push.kind == PushKind::Disconnection)
                && let Some(link) = link.upgrade()
            {
                link.lost(serial);
            }
        });
        let Connected { connection, address } = self.connector.connect(&self.endpoint, pushes).await?;
        Ok(Live { connection, serial, failures: self.failures, address, health: Arc::default(), listener })
    }

    /// Has a connection to a master given up when the master is elsewhere.
    fn watch(&self, link: &Arc<Inner>) {
        let Endpoint::Master(sentinels) = self.endpoint.clone() else { return };
        let up = match &*link.state.borrow() {
            State::Up(live) => live.address.clone().map(|address| (live.serial, address)),
            _ => None,
        };
        let Some((serial, address)) = up else { return };
        let (connector, mut states, weak) = (self.connector.clone(), link.state.subscribe(), Arc::downgrade(link));
        link.background.spawn(async move {
            tokio::select! {
                () = sentinels.moved_from(&address, &connector) => weak.upgrade().into_iter().for_each(|link| link.lost(serial)),
                _ = states.wait_for(|state| state.serial() != Some(serial)) => {}
            }
        });
    }

    /// What the link comes to; `None` if it stays as it is.
    fn next(&self, state: &State, outcome: Result<Live>) -> Option<State> {
        match (state, outcome) {
            (State::Connecting { .. } | State::Down { .. }, Ok(live)) => Some(State::Up(live)),
            (State::Connecting { .. }, Err(why)) if self.doubted.is_none() => {
                Some(State::Down { failures: self.failures + 1, why: Some(why) })
            }
            (State::Up(old), Ok(live)) => {
                let is_dead = |Doubted { live, heard }: &Doubted| live.serial == old.serial && live.heard() == *heard;
                self.doubted.as_ref().is_some_and(is_dead).then_some(State::Up(live))
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
            live.health.doubts.fetch_add(u32::from(outcome.is_err()), Ordering::Relaxed);
            live.health.is_doubted.store(false, Ordering::Relaxed);
        }
        let Some(link) = self.link.upgrade() else { return };
        let mut last = None;
        link.state.send_if_modified(|state| {
            last = self.next(state, outcome).map(|next| std::mem::replace(state, next));
            if matches!(state, State::Down { .. }) {
                link.failed.fetch_add(u64::from(last.is_some()), Ordering::Release);
            }
            last.is_some()
        });
        let is_new = last.is_some();
        last.map(State::end).unwrap_or_default();
        if is_new {
            self.watch(&link);
        }
    }
}

/// The runtime in which it was to be made ended.
fn not_made() -> Error {
    Error::new(ErrorKind::Connection, "the runtime that made the connection ended")
}

/// How long to wait before the next attempt; none before the first. Half of it is chance, so that many who lost the same
/// server do not come back at once.
pub(super) fn pause(failures: u32) -> Option<Duration> {
    let doubled = failures.checked_sub(1)?.min(16);
    let longest = BACKOFF.1.min(BACKOFF.0 * 2_u32.pow(doubled));
    let chance = RandomState::new().build_hasher().finish() % 1024;
    Some(longest / 2 + longest / 2 * u32::try_from(chance).unwrap_or(0) / 1024)
}
