//! What changes while somebody looks: found out once for all viewers, and not at all for none.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use rediscache::RedisSession;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};

use crate::figures::Reading;
use crate::json::{error_json, summary_json};
use crate::objects::{Objects, Shown};

/// From one tick to the next, at least.
const TICK: Duration = Duration::from_secs(1);

/// A tick that takes long is followed by a rest this many times as long, so that a slow store is not kept busy by being watched.
const REST: u32 = 10;

/// How long a viewer is told before it has to ask again: a server that ends waits no longer for it, and who may look is looked at
/// again.
const LONGEST_STREAM: Duration = Duration::from_secs(10);

/// After which time a browser asks again.
const RETRY: &[u8] = b"retry: 250\n\n";

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// The last tick; `None` before the first.
type Tick = Option<Bytes>;

/// What is found out for those who look.
#[derive(Debug)]
pub(crate) struct Live {
    session: RedisSession,
    telling: Mutex<Option<Telling>>,
}

/// To the viewers of now, while there are any.
#[derive(Debug)]
struct Telling {
    ticks: watch::Sender<Tick>,
    task: JoinHandle<()>,
}

impl Live {
    pub(crate) fn new(session: &RedisSession) -> Self {
        Self { session: session.clone(), telling: Mutex::new(None) }
    }

    /// Begins to tell one more viewer of these objects.
    pub(crate) fn watch(self: &Arc<Self>, objects: &Objects) -> Events {
        let mut telling = self.telling();
        // One that has ended belonged to a runtime that is gone.
        if let Some(telling) = telling.as_ref().filter(|telling| !telling.task.is_finished()) {
            return Events::of(telling.ticks.subscribe());
        }
        let (ticks, receiver) = watch::channel(None);
        // It waits for the lock before it looks whether it is wanted.
        let task = tokio::spawn(Arc::clone(self).tell(objects.clone()));
        *telling = Some(Telling { ticks, task });
        Events::of(receiver)
    }

    /// Ticks until nobody looks, or the session is closed.
    async fn tell(self: Arc<Self>, objects: Objects) {
        let mut last: Option<Reading> = None;
        while self.is_watched() {
            let (begun, reading) = (Instant::now(), Reading::of(&self.session));
            let figures = last.as_ref().map(|last| reading.since(last).json());
            last = Some(reading);
            let tick = json!({ "objects": summaries(objects.alone()).await, "figures": figures }).to_string();
            if let Some(telling) = self.telling().as_ref() {
                telling.ticks.send_replace(Some(Bytes::from(format!("data: {tick}\n\n"))));
            }
            sleep((begun.elapsed() * REST).clamp(TICK, LONGEST_REST)).await;
        }
    }

    /// Whether to go on. If not, who comes next begins anew, and the streams of all viewers end.
    fn is_watched(&self) -> bool {
        let mut telling = self.telling();
        let is_watched = telling.as_ref().is_some_and(|telling| telling.ticks.receiver_count() > 0);
        if !is_watched || self.session.is_closed() {
            *telling = None;
        }
        telling.is_some()
    }

    fn telling(&self) -> MutexGuard<'_, Option<Telling>> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much each object holds, in their order.
async fn summaries(objects: &[Arc<Shown>]) -> Vec<Value> {
    let mut asked = JoinSet::new();
    for (place, object) in objects.iter().enumerate() {
        let summary = object.window.summary();
        asked.spawn(async move { (place, summary.await) });
    }
    let mut summaries = vec![Value::Null; asked.len()];
    while let Some(answered) = asked.join_next().await {
        if let Ok((place, summary)) = answered {
            summaries[place] = summary.map_or_else(|error| error_json(&error), |summary| summary_json(&summary));
        }
    }
    summaries
}

type NextTick = Pin<Box<dyn Future<Output = Option<(Bytes, watch::Receiver<Tick>)>> + Send + Sync>>;

/// What one viewer is told: always the last tick, so that one who reads slowly has no more waiting than that.
pub(crate) struct Events {
    /// Whether the browser was told when to ask again.
    is_begun: bool,
    next: NextTick,
    end: Instant,
}

impl Events {
    fn of(mut ticks: watch::Receiver<Tick>) -> Self {
        // What was found out last is told at once.
        ticks.mark_changed();
        let end = Instant::now() + LONGEST_STREAM;
        Self { is_begun: false, next: Box::pin(next(ticks, end)), end }
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !std::mem::replace(&mut self.is_begun, true) {
            return Poll::Ready(Some(Bytes::from_static(RETRY)));
        }
        let Some((tick, ticks)) = ready!(self.next.as_mut().poll(context)) else {
            self.next = Box::pin(async { None });
            return Poll::Ready(None);
        };
        self.next = Box::pin(next(ticks, self.end));
        Poll::Ready(Some(tick))
    }
}

/// The next tick, until this viewer has to ask again.
async fn next(mut ticks: watch::Receiver<Tick>, end: Instant) -> Option<(Bytes, watch::Receiver<Tick>)> {
    loop {
        timeout_at(end, ticks.changed()).await.ok()?.ok()?;
        let tick = ticks.borrow_and_update().clone();
        if let Some(tick) = tick {
            return Some((tick, ticks));
        }
    }
}
