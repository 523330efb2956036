//! Who sees to a connection that is lost or silent, and how soon that is noticed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

use crate::store::redis::connection::{Connection, Live, Presence, WeakConnection};
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::{Effect, Request};
use crate::store::redis::topology::{Topology, WeakTopology};

/// What callers want of servers that say nothing. Shared by all connections of a session.
#[derive(Clone)]
pub(super) struct Interest(Arc<Interests>);

struct Interests {
    /// The shortest time that a call may take, in milliseconds.
    shortest: AtomicU64,
    /// Whether anyone asks who is away.
    is_asked: AtomicBool,
}

/// How long a connection may say nothing while a call waits for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Until it counts as silent.
    pub(super) silent_after: Duration,
    /// Until another is made beside it.
    pub(super) hedge_after: Duration,
    /// Whether someone is to see when it speaks again, though no call waits for that.
    pub(super) is_watched: bool,
}

impl Default for Interest {
    fn default() -> Self {
        Self(Arc::new(Interests { shortest: AtomicU64::new(u64::MAX), is_asked: AtomicBool::new(false) }))
    }
}

impl Interest {
    pub(super) fn pace(&self, hedge_after: Duration) -> Pace {
        let shortest = self.0.shortest.load(Ordering::Relaxed);
        // Before the calls that have no more time give up.
        let silent_after = hedge_after.min(Duration::from_millis(shortest.saturating_sub(shortest / 4)));
        let is_watched = shortest < u64::MAX || self.0.is_asked.load(Ordering::Relaxed);
        Pace { silent_after, hedge_after, is_watched }
    }

    /// Has silence be noticed before a call ends that has no more time than this.
    pub(super) fn expect_within(&self, limit: Duration) {
        let (limit, shortest) = (u64::try_from(limit.as_millis()).unwrap_or(u64::MAX), &self.0.shortest);
        if limit < shortest.load(Ordering::Relaxed) {
            shortest.fetch_min(limit, Ordering::Relaxed);
        }
    }

    /// Someone asks who is away.
    pub(super) fn ask(&self) {
        if !self.0.is_asked.load(Ordering::Relaxed) {
            self.0.is_asked.store(true, Ordering::Relaxed);
        }
    }
}

/// Has someone see to a connection that is lost or silent, until it is well.
pub(super) fn watch(connection: &Connection, topology: &Topology, pace: Pace) {
    if Handle::try_current().is_err() {
        return;
    }
    if let Some(weak) = connection.begin_watch() {
        let watcher = Watcher { connection: weak, topology: topology.downgrade(), pace };
        connection.background().spawn(watcher.run());
    }
}

/// Sees to one connection. It keeps nothing of it.
struct Watcher {
    connection: WeakConnection,
    topology: WeakTopology,
    pace: Pace,
}

impl Watcher {
    async fn run(mut self) {
        while let Some(connection) = self.connection.upgrade() {
            match connection.presence() {
                Presence::Closed => return,
                Presence::Well => {
                    connection.end_watch();
                    // What was noted before that counted on this one.
                    let is_well = matches!(connection.presence(), Presence::Well);
                    if is_well || connection.begin_watch().is_none() {
                        return;
                    }
                }
                Presence::Silent(live) => {
                    drop(connection);
                    self.ask(live).await;
                }
                Presence::Unknown | Presence::Away => {
                    connection.try_again();
                    drop(connection);
                    self.attempt().await;
                }
            }
        }
    }

    /// Waits for the outcome of an attempt to connect.
    async fn attempt(&mut self) {
        // Another node may serve its keys.
        self.topology.look_again();
        if !self.connection.attempted(self.pace.silent_after).await {
            self.connection.upgrade().into_iter().for_each(|connection| connection.note_away());
            // However long it takes: it has a limit of its own.
            self.connection.attempted(Duration::MAX).await;
        }
    }

    /// Asks for a sign of life, and waits for it; another connection may take the place of this one.
    async fn ask(&mut self, live: Live) {
        let ping = Request::without_key("PING", Effect::Read);
        let mut answer = std::pin::pin!(live.send(&ping, false));
        loop {
            tokio::select! {
                answer = &mut answer => {
                    let is_broken = answer.is_err_and(|error| Remedy::of(&error) == Remedy::Reconnect);
                    match self.connection.upgrade() {
                        Some(connection) if is_broken => connection.lost(&live),
                        _ => live.note_answer(),
                    }
                    return;
                }
                () = self.connection.is_past(&live) => return,
                () = tokio::time::sleep(self.pace.hedge_after) => {
                    self.connection.upgrade().into_iter().for_each(|connection| connection.doubt(&live));
                    self.topology.look_again();
                }
            }
        }
    }
}
