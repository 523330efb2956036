//! Hears what is published, over a connection of its own that is made when someone first listens and closed when nobody does.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{PushInfo, PushKind, Value};
use tokio::sync::watch;

use super::connection::{Connection, Live};
use super::error::from_driver;
use super::router::Router;
use super::topology::Topology;
use crate::error::Result;
use crate::store::background::Background;

/// How long the connection stays when nobody listens any more.
const IDLE: Duration = Duration::from_secs(10);

/// After how many subscriptions another connection begins with none: none is taken back by itself.
const MOST: u64 = 4096;

/// One connection to each server that publishes what someone listens to.
pub(crate) struct Subscriber {
    topology: Topology,
    background: Arc<Background>,
    channels: Arc<Channels>,
    /// Has the connection closed when nobody listens any more.
    idle: Arc<watch::Sender<Listening>>,
}

/// Who listens.
#[derive(Clone, Copy, Debug, Default)]
struct Listening {
    /// How many subscriptions there are.
    now: usize,
    /// How many were made since the connection was closed last.
    made: u64,
    /// Whether a task waits for there to be none.
    is_watched: bool,
}

/// Those who are told, by their channel.
#[derive(Default)]
struct Channels(Mutex<HashMap<Arc<str>, watch::Sender<()>>>);

/// Hears what is published on a channel, for as long as it is there.
pub(crate) struct Subscription {
    channel: Arc<str>,
    channels: Arc<Channels>,
    idle: Arc<watch::Sender<Listening>>,
    /// Taken before the channel is looked at for the last time.
    told: Option<watch::Receiver<()>>,
}

impl Subscriber {
    /// To the servers that this leads to.
    pub(crate) fn beside(router: &Router) -> Self {
        let channels = Arc::new(Channels::default());
        let hear = Arc::clone(&channels);
        let connector = router.connector().hearing(Arc::new(move |push: &PushInfo| hear.hear(push)));
        let background = router.shared_background();
        let topology = router.topology().beside(&connector, &background);
        Self { topology, background, channels, idle: Arc::new(watch::Sender::default()) }
    }

    /// Listens to a channel that belongs to `key`, from the return of this on.
    pub(crate) async fn subscribe(&self, key: &str, channel: String) -> Result<Subscription> {
        let subscription = self.listen(channel);
        let connection = self.topology.connection(key)?;
        let mut live = connection.live().await?;
        if self.has_many() {
            self.start_anew(&connection, &live);
            live = connection.live().await?;
        }
        let subscribed = live.connection.clone().subscribe(&*subscription.channel).await;
        subscribed.map_err(|error| {
            connection.lost(&live);
            from_driver(&error)
        })?;
        live.note_answer();
        self.close_when_idle(connection, live);
        Ok(subscription)
    }

    fn listen(&self, channel: String) -> Subscription {
        let told = self.channels.listen(&channel);
        self.idle.send_modify(|listening| {
            listening.now += 1;
            listening.made += 1;
        });
        let (channels, idle) = (Arc::clone(&self.channels), Arc::clone(&self.idle));
        Subscription { channel: channel.into(), channels, idle, told: Some(told) }
    }

    fn has_many(&self) -> bool {
        self.idle.borrow().made > MOST
    }

    /// Whoever listens is told, since what comes meanwhile is not heard.
    fn start_anew(&self, connection: &Connection, live: &Live) {
        self.idle.send_modify(|listening| listening.made = 0);
        connection.lost(live);
        self.channels.tell_all();
    }

    fn close_when_idle(&self, connection: Connection, live: Live) {
        if self.idle.send_if_modified(|listening| !std::mem::replace(&mut listening.is_watched, true)) {
            let mut listening = self.idle.subscribe();
            let idle = Arc::clone(&self.idle);
            self.background.spawn(async move {
                loop {
                    let _ = listening.wait_for(|listening| listening.now == 0).await;
                    if tokio::time::timeout(IDLE, listening.wait_for(|listening| listening.now > 0)).await.is_err() {
                        break;
                    }
                }
                idle.send_modify(|listening| *listening = Listening { now: listening.now, ..Listening::default() });
                connection.lost(&live);
            });
        }
    }

    pub(crate) fn close(&self) {
        self.topology.close();
    }
}

impl Channels {
    fn listen(&self, channel: &str) -> watch::Receiver<()> {
        self.told().entry(channel.into()).or_default().subscribe()
    }

    /// What the server says unasked.
    fn hear(&self, push: &PushInfo) {
        match (&push.kind, push.data.as_slice()) {
            (PushKind::Message, [Value::BulkString(channel), ..]) => {
                if let Some(told) = str::from_utf8(channel).ok().and_then(|channel| self.told().get(channel).cloned()) {
                    told.send_replace(());
                }
            }
            // What was published meanwhile was not heard.
            (PushKind::Disconnection, _) => self.tell_all(),
            _ => {}
        }
    }

    fn tell_all(&self) {
        self.told().values().for_each(|told| told.send_replace(()));
    }

    fn told(&self) -> MutexGuard<'_, HashMap<Arc<str>, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Returns when something was published since the last time, or may have been. Dropping the future loses nothing.
    pub(crate) async fn told(&mut self) {
        let heard = match &mut self.told {
            Some(told) => told.changed().await,
            None => Ok(()),
        };
        if heard.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        drop(self.told.take());
        let mut channels = self.channels.told();
        if channels.get(&self.channel).is_some_and(|told| told.receiver_count() == 0) {
            channels.remove(&self.channel);
        }
        drop(channels);
        self.idle.send_modify(|listening| listening.now = listening.now.saturating_sub(1));
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").finish_non_exhaustive()
    }
}
