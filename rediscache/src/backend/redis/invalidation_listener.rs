use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, Value, cmd};
use tokio::sync::watch;

use super::announcement;
use super::connection::{Connection, Live};
use super::error::untold;
use super::request::Remedy;
use super::router::Router;
use super::topology::Topology;
use super::watched_keys::WatchedKeys;
use crate::backend::near::{Change, Coherence, NEVER, now};
use crate::error::Result;

/// How long signs of life are asked for after something was last served.
const IDLE: Duration = Duration::from_secs(60);

/// How many channels may be heard of before those that nobody needs any more are looked for.
const CHANNELS: usize = 2048;

/// The least time between two signs of life.
const LEAST_PACE: Duration = Duration::from_millis(5);

/// One connection that tells of changes, from its start to its end.
///
/// Answers and what the server tells come in one stream. So when an answer is in, all that was told before the server
/// gave it has been heard.
pub(super) struct InvalidationListener {
    watched: Weak<WatchedKeys>,
    /// Not zero.
    id: u64,
    state: Mutex<State>,
    /// The least staleness that someone relies on, in nanoseconds.
    bound: AtomicU64,
    /// When the last answered request was sent.
    heard: AtomicU64,
    /// Whether it is to a node of a cluster, which may serve a key no more.
    is_node: bool,
    /// Whether a task asks for signs of life.
    beating: AtomicBool,
    over: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    /// What relies on this connection.
    watches: Vec<Arc<Coherence>>,
    subscribed: HashSet<String>,
    /// Whose key changed without a word yet of what changed, and when that was heard.
    unexplained: Option<(Arc<Coherence>, u64)>,
}

impl InvalidationListener {
    /// A connection that is about to be made; `id` is not zero.
    pub(super) fn new(watched: &Arc<WatchedKeys>, id: u64) -> Self {
        let (over, _) = watch::channel(false);
        Self {
            watched: Arc::downgrade(watched),
            id,
            state: Mutex::default(),
            bound: AtomicU64::new(NEVER),
            heard: AtomicU64::new(0),
            is_node: watched.is_of_cluster,
            beating: AtomicBool::new(false),
            over,
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Has the server tell of the keys that are read over this connection, when they change.
    pub(super) async fn open(&self, connection: &mut MultiplexedConnection) -> Result<()> {
        let told = cmd("CLIENT").arg("TRACKING").arg("ON").query_async::<()>(connection).await;
        told.map_err(|error| untold(&error))
    }

    pub(super) fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Lets go of all that relies on this connection.
    pub(super) fn end(&self) {
        let watches = {
            let mut state = self.state();
            self.over.send_replace(true);
            std::mem::take(&mut state.watches)
        };
        watches.iter().for_each(|watch| watch.lose(self.id));
    }

    /// What the server says unasked, in order with its answers.
    pub(super) fn hear(&self, push: &PushInfo) {
        let Some(watched) = self.watched.upgrade() else { return };
        let channel = |at: usize| push.data.get(at).and_then(text);
        match (&push.kind, push.data.as_slice()) {
            (PushKind::Invalidate, [Value::Array(keys)]) => {
                for key in keys.iter().filter_map(text) {
                    self.explain(None);
                    let Some(watch) = watched.find(key) else { continue };
                    if watch.is_tracked() {
                        watch.invalidate(Change::All);
                    } else {
                        self.state().unexplained = Some((watch, now()));
                    }
                }
            }
            (PushKind::Invalidate, _) => watched.everything_changed(),
            (PushKind::Message | PushKind::SMessage, [_, Value::BulkString(said)]) => {
                let watch = channel(0).and_then(|channel| watched.of_channel(channel));
                self.explain(watch.as_ref());
                if let Some(watch) = watch {
                    announcement::read(said, |change| watch.invalidate(change));
                }
            }
            // The slot moved on, or the connection broke. The driver takes the former for an answer.
            (PushKind::SUnsubscribe | PushKind::Unsubscribe | PushKind::Disconnection, _) => self.end(),
            _ => {}
        }
    }

    /// A key that changed, and of which nothing is said next, was changed by someone who does not publish.
    fn explain(&self, said_of: Option<&Arc<Coherence>>) {
        let unexplained = self.state().unexplained.take();
        if let Some((watch, _)) = unexplained
            && said_of.is_none_or(|said_of| !Arc::ptr_eq(said_of, &watch))
        {
            watch.invalidate(Change::All);
        }
    }

    /// Whether all that was told before the answer to a request that was sent at `asked` is understood.
    fn is_clear(&self, asked: u64) -> bool {
        let unexplained = self.state().unexplained.as_ref().map(|(_, heard)| *heard);
        match unexplained {
            // The word of what changed would have come before the answer.
            Some(heard) if heard < asked => self.explain(None),
            // It may be about to come.
            Some(_) => return false,
            None => {}
        }
        true
    }

    /// Takes an answer about a key, to a request that was sent at `asked`, as a sign of life: the watch over it relies on
    /// this connection from now on, unless that is over.
    pub(super) fn answered(&self, watch: &Arc<Coherence>, asked: u64) {
        self.attach(watch);
        if !self.is_clear(asked) {
            return;
        }
        match self.is_node {
            // It says nothing of keys that may have moved.
            true => watch.hear(self.id, asked),
            false if self.heard.fetch_max(asked, Ordering::AcqRel) < asked => {
                self.watches().iter().for_each(|watch| watch.hear(self.id, asked));
            }
            false => {}
        }
    }

    fn attach(&self, watch: &Arc<Coherence>) {
        let mut state = self.state();
        if !self.is_over() && !watch.rely_on(self.id) {
            // Those that are held by nobody else but the watched watch over nothing.
            state.watches.retain(|other| !Arc::ptr_eq(other, watch) && Arc::strong_count(other) > 2);
            state.watches.push(Arc::clone(watch));
            watch.hear(self.id, self.heard.load(Ordering::Acquire));
        }
    }

    /// Hears what is published of the key, from the return of this on; whether it did before.
    pub(super) async fn subscribe(
        &self,
        watch: &Arc<Coherence>,
        channel: String,
        sharded: bool,
        connection: &mut MultiplexedConnection,
    ) -> Result<bool> {
        if let Some(watched) = self.watched.upgrade() {
            watched.hear_of(&channel, watch.key());
        }
        if self.state().subscribed.contains(&channel) {
            return Ok(true);
        }
        if self.hears_too_much() {
            // Another connection begins with none.
            self.end();
            return Ok(false);
        }
        let heard = match sharded {
            true => cmd("SSUBSCRIBE").arg(&channel).query_async::<Value>(connection).await.map(drop),
            false => connection.subscribe(&channel).await,
        };
        match heard {
            Ok(()) => drop(self.state().subscribed.insert(channel)),
            Err(error) if matches!(Remedy::of(&error), Remedy::None) => return Err(untold(&error)),
            // Changes are told of elsewhere, or not now.
            Err(_) => {}
        }
        Ok(false)
    }

    /// Whether most of the channels are of names that are not used any more.
    fn hears_too_much(&self) -> bool {
        let (state, watched) = (self.state(), self.watched.upgrade());
        // Held by the watched, by this, and here.
        let is_used = |watch: &Arc<Coherence>| Arc::strong_count(watch) > 3;
        let watches = state.subscribed.iter().filter_map(|channel| watched.as_ref()?.of_channel(channel));
        state.subscribed.len() >= CHANNELS && 2 * watches.filter(is_used).count() < state.subscribed.len()
    }

    /// Asks for signs of life as long as something is served on the word of this connection.
    pub(super) fn keep_alive(self: &Arc<Self>, watch: &Coherence, link: &Connection, live: &Live, router: &Router) {
        self.bound.fetch_min(watch.bound(), Ordering::Relaxed);
        if !self.beating.swap(true, Ordering::AcqRel) {
            let (link, live, topology) = (link.clone(), live.clone(), router.topology().clone());
            router.background().spawn(beat(Arc::downgrade(self), Way { link, live, topology }, self.over.subscribe()));
        }
    }

    /// Has the server answer, which is a sign of life for all that rely on it; of a node of a cluster, only for keys that
    /// it still serves, as far as it and others know.
    async fn ask(&self, way: &Way) -> RedisResult<()> {
        let (asked, watches) = (now(), if self.is_node { self.watches() } else { Vec::new() });
        let mut commands = redis::pipe();
        commands.cmd("PING");
        for watch in &watches {
            commands.cmd("PTTL").arg(watch.key());
        }
        let answers = way.live.connection.clone().send_packed_commands(&commands, 0, commands.len()).await?;
        let is_clear = self.is_clear(asked);
        if !self.is_node && is_clear {
            self.heard.fetch_max(asked, Ordering::AcqRel);
            self.watches().iter().for_each(|watch| watch.hear(self.id, asked));
        }
        for (answer, watch) in answers.into_iter().skip(1).zip(watches) {
            if answer.extract_error().is_err() || !way.is_to(watch.key()) {
                self.state().watches.retain(|other| !Arc::ptr_eq(other, &watch));
                watch.lose(self.id);
            } else if is_clear {
                watch.hear(self.id, asked);
            }
        }
        Ok(())
    }

    fn watches(&self) -> Vec<Arc<Coherence>> {
        self.state().watches.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> Duration {
        LEAST_PACE.max(self.bound() / 3)
    }

    fn bound(&self) -> Duration {
        Duration::from_nanos(self.bound.load(Ordering::Relaxed))
    }

    /// Whether something was served on its word since this was last asked.
    fn take_used(&self) -> bool {
        self.watches().iter().fold(false, |used, watch| used | watch.take_used())
    }
}

/// The connection of a listener, and how it came to be that one.
struct Way {
    link: Connection,
    live: Live,
    topology: Topology,
}

impl Way {
    /// Whether the key is where it leads to, as far as is known.
    fn is_to(&self, key: &str) -> bool {
        self.topology.connection_of(key).is_ok_and(|link| link.is(&self.link))
    }
}

/// Asks for signs of life, and gives the connection up when none comes.
async fn beat(listener: Weak<InvalidationListener>, way: Way, mut over: watch::Receiver<bool>) {
    let mut unused = Duration::ZERO;
    loop {
        let Some(pace) = listener.upgrade().map(|listener| listener.pace()) else { return };
        tokio::select! {
            _ = over.wait_for(|over| *over) => return,
            () = tokio::time::sleep(pace) => {}
        }
        let Some(listener) = listener.upgrade() else { return };
        unused = if listener.take_used() { Duration::ZERO } else { unused + pace };
        if unused > IDLE {
            listener.beating.store(false, Ordering::Release);
            return;
        }
        let answered = tokio::time::timeout(listener.bound().max(LEAST_PACE), listener.ask(&way)).await;
        if !matches!(answered, Ok(Ok(()))) {
            // Silent for too long.
            way.link.lost(&way.live);
            return listener.end();
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(text) => std::str::from_utf8(text).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}
