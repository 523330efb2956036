use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, Value, cmd};
use tokio::sync::watch;

use super::announcement;
use super::connection::Connection;
use super::error::untold;
use super::hub::Hub;
use super::link::{Link, Live};
use crate::backend::near::{Change, NEVER, Watch, now};
use crate::error::Result;

/// How long signs of life are asked for after something was last served.
const IDLE: Duration = Duration::from_secs(60);

/// The least time between two signs of life.
const LEAST_PACE: Duration = Duration::from_millis(5);

/// One connection that tells of changes, from its start to its end.
///
/// Answers and what the server tells come in one stream. So when an answer is in, all that was told before the server
/// gave it has been heard.
pub(super) struct Station {
    hub: Weak<Hub>,
    /// Not zero.
    id: u64,
    state: Mutex<State>,
    /// The least staleness that someone relies on, in nanoseconds.
    bound: AtomicU64,
    /// When the last answered request was sent.
    heard: AtomicU64,
    /// Whether it is to a node of a cluster, which may serve a key no more.
    is_node: AtomicBool,
    /// Whether a task asks for signs of life.
    beating: AtomicBool,
    over: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    /// What relies on this connection.
    watches: Vec<Arc<Watch>>,
    subscribed: HashSet<String>,
    /// Whose key changed without a word yet of what changed, and when that was heard.
    unexplained: Option<(Arc<Watch>, u64)>,
}

impl Station {
    /// A connection that is about to be made; `id` is not zero.
    pub(super) fn new(hub: &Arc<Hub>, id: u64) -> Self {
        let (over, _) = watch::channel(false);
        Self {
            hub: Arc::downgrade(hub),
            id,
            state: Mutex::default(),
            bound: AtomicU64::new(NEVER),
            heard: AtomicU64::new(0),
            is_node: AtomicBool::new(false),
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
        let Some(hub) = self.hub.upgrade() else { return };
        let channel = |at: usize| push.data.get(at).and_then(text);
        match (&push.kind, push.data.as_slice()) {
            (PushKind::Invalidate, [Value::Array(keys)]) => {
                for key in keys.iter().filter_map(text) {
                    self.explain(None);
                    let Some(watch) = hub.find(key) else { continue };
                    if watch.is_tracked() {
                        watch.invalidate(Change::All);
                    } else {
                        self.state().unexplained = Some((watch, now()));
                    }
                }
            }
            (PushKind::Invalidate, _) => hub.everything_changed(),
            (PushKind::Message | PushKind::SMessage, [_, Value::BulkString(said)]) => {
                let watch = channel(0).and_then(|channel| hub.of_channel(channel));
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
    fn explain(&self, said_of: Option<&Arc<Watch>>) {
        let unexplained = self.state().unexplained.take();
        if let Some((watch, _)) = unexplained
            && said_of.is_none_or(|said_of| !Arc::ptr_eq(said_of, &watch))
        {
            watch.invalidate(Change::All);
        }
    }

    /// Takes an answer to a request that was sent at `asked` as a sign of life.
    pub(super) fn answered(&self, asked: u64) {
        let unexplained = self.state().unexplained.as_ref().map(|(_, heard)| *heard);
        match unexplained {
            // The word of what changed would have come before the answer.
            Some(heard) if heard < asked => self.explain(None),
            // It may be about to come.
            Some(_) => return,
            None => {}
        }
        if self.heard.fetch_max(asked, Ordering::AcqRel) < asked {
            let watches = self.state().watches.clone();
            watches.iter().for_each(|watch| watch.hear(self.id, asked));
        }
    }

    /// Has the watch rely on this connection, unless that is over.
    pub(super) fn attach(&self, watch: &Arc<Watch>) {
        let mut state = self.state();
        if !self.is_over() && !watch.rely_on(self.id) {
            // Those that are held by nobody else but the hub watch over nothing.
            state.watches.retain(|other| !Arc::ptr_eq(other, watch) && Arc::strong_count(other) > 2);
            state.watches.push(Arc::clone(watch));
            watch.hear(self.id, self.heard.load(Ordering::Acquire));
        }
    }

    /// Hears what is published of the key, from the return of this on; whether it did before.
    pub(super) async fn subscribe(
        &self,
        watch: &Arc<Watch>,
        channel: String,
        sharded: bool,
        connection: &mut MultiplexedConnection,
    ) -> Result<bool> {
        if let Some(hub) = self.hub.upgrade() {
            hub.hear_of(&channel, watch.key());
        }
        if self.state().subscribed.contains(&channel) {
            return Ok(true);
        }
        let heard = match sharded {
            true => cmd("SSUBSCRIBE").arg(&channel).query_async::<Value>(connection).await.map(drop),
            false => connection.subscribe(&channel).await,
        };
        heard.map_err(|error| untold(&error))?;
        self.state().subscribed.insert(channel);
        Ok(false)
    }

    /// Asks for signs of life as long as something is served on the word of this connection.
    pub(super) fn keep_alive(self: &Arc<Self>, watch: &Watch, link: &Link, live: &Live, connection: &Connection) {
        self.bound.fetch_min(watch.bound(), Ordering::Relaxed);
        self.is_node.store(connection.is_cluster(), Ordering::Relaxed);
        if !self.beating.swap(true, Ordering::AcqRel) {
            connection.home().spawn(beat(Arc::downgrade(self), link.clone(), live.clone(), self.over.subscribe()));
        }
    }

    /// Has the server answer. A node of a cluster also says whether it still serves the keys.
    async fn ask(&self, mut connection: MultiplexedConnection) -> RedisResult<()> {
        let watches = match self.is_node.load(Ordering::Relaxed) {
            true => self.state().watches.clone(),
            false => Vec::new(),
        };
        let mut commands = redis::pipe();
        commands.cmd("PING");
        for watch in &watches {
            commands.cmd("HLEN").arg(watch.key());
        }
        let answers = connection.send_packed_commands(&commands, 0, commands.len()).await?;
        for (answer, watch) in answers.into_iter().skip(1).zip(watches) {
            let refused = answer.extract_error().is_err_and(|error| error.redirect_node().is_some());
            if refused {
                self.state().watches.retain(|other| !Arc::ptr_eq(other, &watch));
                watch.lose(self.id);
            }
        }
        Ok(())
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
        let watches = self.state().watches.clone();
        watches.iter().fold(false, |used, watch| used | watch.take_used())
    }
}

/// Asks for signs of life, and gives the connection up when none comes.
async fn beat(station: Weak<Station>, link: Link, live: Live, mut over: watch::Receiver<bool>) {
    let mut unused = Duration::ZERO;
    loop {
        let Some(pace) = station.upgrade().map(|station| station.pace()) else { return };
        tokio::select! {
            _ = over.wait_for(|over| *over) => return,
            () = tokio::time::sleep(pace) => {}
        }
        let Some(station) = station.upgrade() else { return };
        unused = if station.take_used() { Duration::ZERO } else { unused + pace };
        if unused > IDLE {
            station.beating.store(false, Ordering::Release);
            return;
        }
        let asked = now();
        match tokio::time::timeout(station.bound().max(LEAST_PACE), station.ask(live.connection.clone())).await {
            Ok(Ok(())) => station.answered(asked),
            // Silent for too long.
            _ => {
                link.lost(&live);
                return station.end();
            }
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
