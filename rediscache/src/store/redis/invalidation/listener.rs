//! Who hears what the server tells of changes over one connection.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, Value, cmd};
use tokio::sync::watch;

use super::message;
use super::watch::Watch;
use super::watched_keys::{Listener, WatchedKeys};
use crate::error::Result;
use crate::near::{Change, Coherence, NEVER, now};
use crate::store::redis::error::{from_driver, not_tracked};
use crate::store::redis::remedy::Remedy;

/// How many channels may be heard of before those that nobody needs any more are looked for.
const CHANNELS: usize = 2048;

/// The least time between two heartbeats.
const LEAST_PACE: Duration = Duration::from_millis(5);

/// One connection that tells of changes, from its start to its end.
///
/// Answers and what the server tells come in one stream. So when an answer is in, all that was told before the server
/// gave it has been heard.
pub(crate) struct InvalidationListener {
    watched: Weak<WatchedKeys>,
    record: Arc<str>,
    /// Not zero.
    number: u64,
    heard_of: Mutex<HeardOf>,
    /// The least staleness that someone relies on, in nanoseconds.
    bound: AtomicU64,
    /// When the last answered request was sent.
    heard: AtomicU64,
    /// Whether it is to a node of a cluster, which may serve a key no more.
    is_node: bool,
    /// What is watched, to find changes that are not told.
    watch: Mutex<Watch>,
    /// Whether a heartbeat goes on.
    beating: AtomicBool,
    over: watch::Sender<bool>,
}

#[derive(Default)]
struct HeardOf {
    /// What relies on this connection.
    reliant: Vec<Reliant>,
    subscribed: HashSet<String>,
    /// Whose key changed without a message yet of what changed, and when that was heard.
    unexplained: Option<(Arc<Coherence>, u64)>,
}

/// A key that was read over the connection, and what guards what is kept of it.
#[derive(Clone)]
pub(crate) struct Reliant {
    pub(crate) key: Arc<str>,
    pub(crate) coherence: Arc<Coherence>,
}

impl InvalidationListener {
    /// A connection that is about to be made.
    pub(crate) fn new(watched: &Arc<WatchedKeys>) -> Arc<Self> {
        let (over, _) = watch::channel(false);
        let listener = Arc::new(Self {
            watched: Arc::downgrade(watched),
            record: Arc::clone(&watched.record),
            number: watched.next_number(),
            heard_of: Mutex::default(),
            bound: AtomicU64::new(NEVER),
            heard: AtomicU64::new(0),
            is_node: watched.is_of_cluster,
            watch: Mutex::new(Watch::Nothing),
            beating: AtomicBool::new(false),
            over,
        });
        let weak: Weak<dyn Listener> = Arc::<Self>::downgrade(&listener);
        watched.add(weak);
        listener
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn is_node(&self) -> bool {
        self.is_node
    }

    /// Has the server tell of the keys that are read over this connection, when they change.
    pub(crate) async fn open(&self, connection: &mut MultiplexedConnection) -> Result<()> {
        let tracking = cmd("CLIENT").arg("TRACKING").arg("ON").query_async::<()>(connection).await;
        tracking.map_err(|error| not_tracked(&error))?;
        if !self.is_node {
            let watch = Watch::begin(self.record(), connection).await.map_err(|error| from_driver(&error))?;
            *self.watching() = watch;
        }
        Ok(())
    }

    fn watching(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn watch(&self) -> Watch {
        *self.watching()
    }

    pub(crate) fn set_watch(&self, watch: Watch) {
        *self.watching() = watch;
    }

    /// The key of what is on record.
    pub(crate) fn record(&self) -> &str {
        &self.record
    }

    /// Drops all that is kept.
    pub(crate) fn everything_changed(&self) {
        self.watched.upgrade().into_iter().for_each(|watched| watched.everything_changed());
    }

    pub(crate) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Becomes true when the connection is over.
    pub(crate) fn over(&self) -> watch::Receiver<bool> {
        self.over.subscribe()
    }

    /// Lets go of all that relies on this connection.
    pub(crate) fn end(&self) {
        let reliant = {
            let mut heard_of = self.heard_of();
            self.over.send_replace(true);
            std::mem::take(&mut heard_of.reliant)
        };
        reliant.iter().for_each(|reliant| reliant.coherence.lose(self.number));
    }

    /// What the server says unasked, in order with its answers.
    pub(crate) fn hear(&self, push: &PushInfo) {
        let Some(watched) = self.watched.upgrade() else { return };
        match (&push.kind, push.data.as_slice()) {
            (PushKind::Invalidate, [Value::Array(keys)]) => {
                keys.iter().filter_map(text).for_each(|key| self.key_changed(&watched, key));
            }
            (PushKind::Invalidate, _) => watched.everything_changed(),
            (PushKind::Message | PushKind::SMessage, [channel, Value::BulkString(message)]) => {
                let coherence = text(channel).and_then(|channel| watched.of_channel(channel));
                self.explain(coherence.as_ref());
                if let Some(coherence) = coherence {
                    message::read(message, |change| coherence.invalidate(change));
                }
            }
            // The slot moved on, or the connection broke. The driver takes the former for an answer.
            (PushKind::SUnsubscribe | PushKind::Unsubscribe | PushKind::Disconnection, _) => self.end(),
            _ => {}
        }
    }

    fn key_changed(&self, watched: &WatchedKeys, key: &str) {
        self.explain(None);
        match watched.find(key) {
            Some(coherence) if coherence.is_tracked() => coherence.invalidate(Change::All),
            // A message may follow that says which of its entries did.
            Some(coherence) => self.heard_of().unexplained = Some((coherence, now())),
            None => {}
        }
        if let Some((coherence, entry)) = watched.of_entry(key) {
            coherence.invalidate(Change::Entry(entry));
        }
    }

    /// A key that changed, and of which no message comes next, was changed by someone who does not publish.
    fn explain(&self, message_of: Option<&Arc<Coherence>>) {
        let unexplained = self.heard_of().unexplained.take();
        if let Some((coherence, _)) = unexplained
            && message_of.is_none_or(|message_of| !Arc::ptr_eq(message_of, &coherence))
        {
            coherence.invalidate(Change::All);
        }
    }

    /// Whether all that was told before the answer to a request that was sent at `asked` is understood.
    pub(crate) fn is_clear(&self, asked: u64) -> bool {
        let unexplained = self.heard_of().unexplained.as_ref().map(|(_, heard)| *heard);
        match unexplained {
            // The message of what changed would have come before the answer.
            Some(heard) if heard < asked => self.explain(None),
            // It may be about to come.
            Some(_) => return false,
            None => {}
        }
        true
    }

    /// Takes an answer about a key, to a request that was sent at `asked`, for a sign of life: what is kept of the key relies
    /// on this connection from now on, unless that is over.
    pub(crate) fn answered(&self, key: &str, coherence: &Arc<Coherence>, asked: u64) {
        self.attach(key, coherence);
        if !self.is_clear(asked) {
            return;
        }
        match self.is_node {
            // It says nothing of keys that may have moved.
            true => coherence.hear(self.number, asked),
            false => self.is_alive(asked),
        }
    }

    /// Whatever relies on this connection is told that it was heard.
    pub(crate) fn is_alive(&self, asked: u64) {
        if self.heard.fetch_max(asked, Ordering::AcqRel) < asked {
            self.reliant().iter().for_each(|reliant| reliant.coherence.hear(self.number, asked));
        }
    }

    fn attach(&self, key: &str, coherence: &Arc<Coherence>) {
        let mut heard_of = self.heard_of();
        if !self.is_over() && !coherence.rely_on(self.number) {
            // What is held by nobody but this and the table of watched keys guards nothing.
            heard_of.reliant.retain(|Reliant { coherence: other, .. }| {
                !Arc::ptr_eq(other, coherence) && Arc::strong_count(other) > 2
            });
            heard_of.reliant.push(Reliant { key: key.into(), coherence: Arc::clone(coherence) });
            coherence.hear(self.number, self.heard.load(Ordering::Acquire));
        }
    }

    /// The key may be elsewhere: what is kept of it relies on this connection no more.
    pub(crate) fn detach(&self, reliant: &Reliant) {
        self.heard_of().reliant.retain(|other| !Arc::ptr_eq(&other.coherence, &reliant.coherence));
        reliant.coherence.lose(self.number);
    }

    /// Hears what is published of the key, from the return of this on; whether it did before.
    pub(crate) async fn subscribe(
        &self,
        key: &str,
        channel: String,
        connection: &mut MultiplexedConnection,
    ) -> Result<bool> {
        if let Some(watched) = self.watched.upgrade() {
            watched.hear_of(&channel, key);
        }
        if self.heard_of().subscribed.contains(&channel) {
            return Ok(true);
        }
        if self.hears_too_much() {
            // Another connection begins with none.
            self.end();
            return Ok(false);
        }
        let subscribed = match self.is_node {
            true => cmd("SSUBSCRIBE").arg(&channel).query_async::<Value>(connection).await.map(drop),
            false => connection.subscribe(&channel).await,
        };
        match subscribed {
            Ok(()) => drop(self.heard_of().subscribed.insert(channel)),
            Err(error) if Remedy::of(&error) == Remedy::None => return Err(not_tracked(&error)),
            // Changes are told of elsewhere, or not now.
            Err(_) => {}
        }
        Ok(false)
    }

    /// Whether most of the channels are of names that are not used any more.
    fn hears_too_much(&self) -> bool {
        let (heard_of, watched) = (self.heard_of(), self.watched.upgrade());
        // Held by the table of watched keys, by this, and here.
        let is_used = |coherence: &Arc<Coherence>| Arc::strong_count(coherence) > 3;
        let heard = heard_of.subscribed.iter().filter_map(|channel| watched.as_ref()?.of_channel(channel));
        heard_of.subscribed.len() >= CHANNELS && 2 * heard.filter(is_used).count() < heard_of.subscribed.len()
    }

    /// Has what relies on this connection be as fresh as `bound` says; whether a heartbeat has to be begun for that.
    pub(crate) fn needs_heartbeat(&self, bound: u64) -> bool {
        self.bound.fetch_min(bound, Ordering::Relaxed);
        !self.beating.swap(true, Ordering::AcqRel)
    }

    /// The heartbeat ends.
    pub(crate) fn rest(&self) {
        self.beating.store(false, Ordering::Release);
    }

    pub(crate) fn reliant(&self) -> Vec<Reliant> {
        self.heard_of().reliant.clone()
    }

    fn heard_of(&self) -> MutexGuard<'_, HeardOf> {
        self.heard_of.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the server may be silent.
    pub(crate) fn bound(&self) -> Duration {
        LEAST_PACE.max(Duration::from_nanos(self.bound.load(Ordering::Relaxed)))
    }

    /// How long after the last heartbeat the next one is due.
    pub(crate) fn pace(&self) -> Duration {
        LEAST_PACE.max(self.bound() / 3)
    }

    /// Whether something was served on its word since this was last asked.
    pub(crate) fn take_used(&self) -> bool {
        self.reliant().iter().fold(false, |used, reliant| used | reliant.coherence.take_used())
    }
}

impl Drop for InvalidationListener {
    /// Its connection is gone, though nobody said so.
    fn drop(&mut self) {
        self.end();
    }
}

impl Listener for InvalidationListener {
    fn end(&self) {
        Self::end(self);
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(text) => std::str::from_utf8(text).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}
