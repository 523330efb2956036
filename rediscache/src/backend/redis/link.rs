use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::PushKind;
use redis::aio::MultiplexedConnection;
use tokio::sync::watch;

use super::connection::within;
use super::dial::{Dial, Peer};
use super::error::while_connecting;
use crate::backend::{Home, fault};
use crate::error::{Error, Result};

/// The least and the most time between two attempts to connect.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// One connection to one peer, made when someone needs it and made anew when it broke.
///
/// Attempts are made one at a time by a task of their own, whoever asks and whoever leaves; all who ask meanwhile share
/// its outcome.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

struct Inner {
    peer: Peer,
    dial: Dial,
    home: Arc<Home>,
    state: watch::Sender<State>,
    /// How many connections there were.
    made: AtomicU64,
}

enum State {
    Down {
        /// How many attempts failed since the last good connection.
        failures: u32,
        why: Option<Error>,
    },
    Dialing,
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
    /// How many answers it brought.
    heard: Arc<AtomicU64>,
}

impl Live {
    /// Notes that an answer came.
    pub(super) fn hear(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }
}

impl Link {
    pub(super) fn new(peer: Peer, dial: &Dial, home: &Arc<Home>) -> Self {
        let (state, _) = watch::channel(State::Down { failures: 0, why: None });
        Self(Arc::new(Inner { peer, dial: dial.clone(), home: Arc::clone(home), state, made: AtomicU64::new(0) }))
    }

    /// The connection, if it stands; otherwise the outcome of one attempt to make it, which is under way, or is made
    /// after the pause that is due.
    pub(super) async fn live(&self) -> Result<Live> {
        if let State::Up(live) = &*self.0.state.borrow() {
            return Ok(live.clone());
        }
        let mut states = self.0.state.subscribe();
        self.dial();
        match states.wait_for(|state| !matches!(state, State::Dialing)).await.as_deref() {
            Ok(State::Up(live)) => Ok(live.clone()),
            Ok(State::Down { why: Some(why), .. }) => Err(why.again()),
            Ok(State::Closed) => Err(fault::closed()),
            _ => Err(fault::interrupted()),
        }
    }

    fn dial(&self) {
        let mut failed = None;
        self.0.state.send_if_modified(|state| {
            if let State::Down { failures, .. } = *state {
                failed = Some(failures);
                *state = State::Dialing;
            }
            failed.is_some()
        });
        if let Some(failures) = failed {
            let attempt = Attempt { link: Arc::clone(&self.0), failures, outcome: None };
            self.0.home.spawn(attempt.make());
        }
    }

    pub(super) fn peer(&self) -> &Peer {
        &self.0.peer
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
        let last = self.0.state.send_replace(State::Closed);
        // Dropped while no lock is held.
        drop(last);
    }
}

impl Inner {
    fn lost(&self, serial: u64) {
        self.state.send_if_modified(|state| match state {
            State::Up(live) if live.serial == serial => {
                // One that never answered counts as a failed attempt, so that no server is dialed without a pause.
                let failures = if live.heard() == 0 { live.failures + 1 } else { 0 };
                *state = State::Down { failures, why: None };
                true
            }
            _ => false,
        });
    }
}

/// One attempt to connect.
struct Attempt {
    link: Arc<Inner>,
    failures: u32,
    outcome: Option<Result<Live>>,
}

impl Attempt {
    async fn make(mut self) {
        if let Some(pause) = pause(self.failures) {
            tokio::time::sleep(pause).await;
        }
        let Inner { peer, dial, made, .. } = &*self.link;
        let serial = made.fetch_add(1, Ordering::Relaxed);
        let link: Weak<Inner> = Arc::downgrade(&self.link);
        let pushes = Box::new(move |push: redis::PushInfo| {
            if push.kind == PushKind::Disconnection
                && let Some(link) = link.upgrade()
            {
                link.lost(serial);
            }
        });
        let connected = within(dial.timeout, dial.connect(peer, pushes), while_connecting).await;
        let (failures, heard) = (self.failures, Arc::default());
        self.outcome = Some(connected.map(|connection| Live { connection, serial, failures, heard }));
    }
}

impl Drop for Attempt {
    /// Also when the runtime ends half way.
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or_else(|| Err(fault::interrupted()));
        self.link.state.send_if_modified(|state| {
            if !matches!(state, State::Dialing) {
                return false;
            }
            *state = match outcome {
                Ok(live) => State::Up(live),
                Err(why) => State::Down { failures: self.failures + 1, why: Some(why) },
            };
            true
        });
    }
}

/// How long to wait before the next attempt; none before the first. Half of it is chance, so that many who lost the same
/// server do not come back at once.
fn pause(failures: u32) -> Option<Duration> {
    let doubled = failures.checked_sub(1)?.min(16);
    let longest = BACKOFF.1.min(BACKOFF.0 * 2_u32.pow(doubled));
    let chance = RandomState::new().build_hasher().finish() % 1024;
    Some(longest / 2 + longest / 2 * u32::try_from(chance).unwrap_or(0) / 1024)
}
