//! One attempt to connect, and what becomes of it.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{PushKind, RedisResult};
use tokio::sync::watch;

use super::backoff::Backoff;
use super::connector::Connector;
use super::endpoint::{Connected, Endpoint};
use super::live::{Health, Live};
use super::state::{ConnectionState, Reconnecting, is_past};
use crate::error::{Error, ErrorKind, Result};
use crate::store::redis::barrier::while_connecting;
use crate::store::redis::error::{not_connected, silenced};

/// How long a connection may say nothing, or be on its way, until another is made beside it.
pub(crate) const HEDGE_AFTER: Duration = Duration::from_millis(500);

/// One attempt to connect. It ends with the connection it is for.
pub(super) struct Connecting {
    pub(super) connection: Weak<Reconnecting>,
    pub(super) endpoint: Endpoint,
    pub(super) connector: Connector,
    pub(super) begun: Arc<AtomicU64>,
    pub(super) moves: u64,
    pub(super) backoff: Backoff,
    /// The connection whose place it is to take.
    pub(super) doubted: Option<Doubted>,
    pub(super) outcome: Option<Result<Live>>,
}

pub(super) struct Doubted {
    pub(super) live: Live,
    /// How many answers it had brought then.
    pub(super) answers: u64,
}

impl Connecting {
    pub(super) async fn run(mut self, mut states: watch::Receiver<ConnectionState>) {
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
        let (listener, hears) = (self.connector.listener(), self.connector.hears());
        let hearing = listener.clone();
        let pushes = Box::new(move |push: redis::PushInfo| {
            if let Some(listener) = &hearing {
                listener.hear(&push);
            }
            if let Some(hears) = &hears {
                hears(&push);
            }
            let is_over = hearing.as_ref().is_some_and(|listener| listener.is_over());
            if (is_over || push.kind == PushKind::Disconnection)
                && let Some(connection) = connection.upgrade()
            {
                connection.lost(serial);
            }
        });
        let Connected { connection, master } = self.endpoint.connect(&self.connector, pushes).await?;
        let (moves, health) = (self.moves, Health::of(self.endpoint.tells_of_its_end(), self.connector.wire_counts()));
        Ok(Live { connection, serial, moves, backoff: self.backoff, master, health: Arc::new(health), listener })
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
                () = is_past(&mut states, Some(serial)) => {}
            }
        });
    }

    /// What the connection comes to; `None` if it stays as it is.
    fn next(&self, state: &ConnectionState, outcome: Result<Live>) -> Option<ConnectionState> {
        match (state, outcome) {
            (ConnectionState::Connecting { .. } | ConnectionState::Down { .. }, Ok(live)) => {
                Some(ConnectionState::Up(live))
            }
            (ConnectionState::Connecting { moves, .. }, Err(why)) if self.doubted.is_none() && *moves == self.moves => {
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
                connection.is_away.fetch_or(last.is_some(), Ordering::Relaxed);
                connection.failed.fetch_add(u64::from(last.is_some()), Ordering::Release);
            }
            last.is_some()
        });
        let is_new = last.is_some();
        if is_new && connection.is_up() {
            self.connector.wire_counts().connected(connection.was_up.swap(true, Ordering::Relaxed));
        }
        last.map(ConnectionState::end).unwrap_or_default();
        if is_new {
            self.watch_master(&connection);
        }
    }
}

/// The runtime in which it was to be made ended.
pub(super) fn not_made() -> Error {
    Error::new(ErrorKind::Connection, "the runtime that made the connection ended")
}
