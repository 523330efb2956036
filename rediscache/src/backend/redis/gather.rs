use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::connection::Connection;
use crate::backend::fault;
use crate::error::Result;

/// Calls of one kind on one key that go out as one command.
pub(super) trait Batch: Default + Send + 'static {
    /// What one caller asks.
    type Call<'a>;
    type Answer: Send + 'static;

    fn add(&mut self, call: Self::Call<'_>);

    /// Whether the call fits in, so that the batch never holds the server for long.
    fn has_room_for(&self, call: &Self::Call<'_>) -> bool;

    /// Takes out the calls that are not wanted any more, so that they do not come after later ones.
    fn retain(&mut self, wanted: &[bool]);

    /// Sends all calls; there is an answer for each, in their order.
    fn send(&self, connection: &Connection, key: &str) -> impl Future<Output = Result<Vec<Self::Answer>>> + Send;
}

/// Gathers calls: one that finds nothing under way leaves at once, by itself. Those that come meanwhile leave together,
/// sent by a task of their own, so that no caller who is dropped or not polled holds up another. Nothing waits on a
/// timer.
pub(super) struct Gather<B: Batch> {
    connection: Arc<Connection>,
    lanes: Mutex<HashMap<Box<str>, Arc<Lane<B>>>>,
}

/// The calls of one kind on one key.
struct Lane<B: Batch> {
    key: Box<str>,
    state: Mutex<State<B>>,
}

struct State<B: Batch> {
    /// Whether a call that left by itself is under way.
    alone: bool,
    /// Whether a task sends what waits.
    sending: bool,
    waiting: VecDeque<Waiting<B>>,
}

/// Calls that leave together, and who made them.
struct Waiting<B: Batch> {
    batch: B,
    callers: Vec<oneshot::Sender<Result<B::Answer>>>,
}

/// How many lanes are kept for the next call, used or not.
const LANES: usize = 1024;

impl<B: Batch> Gather<B> {
    pub(super) fn new(connection: &Arc<Connection>) -> Self {
        Self { connection: Arc::clone(connection), lanes: Mutex::default() }
    }

    /// Makes one call. Dropping it neither fails nor holds up the others.
    pub(super) async fn call(&self, key: &str, call: B::Call<'_>) -> Result<B::Answer> {
        let lane = self.lane(key);
        match lane.enter(call, &self.connection) {
            Entered::Alone(batch) => {
                let _alone = Alone(&lane);
                batch.send(&self.connection, key).await?.pop().ok_or_else(fault::unexpected)
            }
            Entered::Waits(answer) => {
                self.connection.in_time(async { answer.await.unwrap_or_else(|_| Err(fault::interrupted())) }).await
            }
        }
    }

    fn lane(&self, key: &str) -> Arc<Lane<B>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(key) {
            return Arc::clone(lane);
        }
        if lanes.len() >= LANES {
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        }
        let lane = Arc::new(Lane { key: key.into(), state: Mutex::default() });
        lanes.insert(key.into(), Arc::clone(&lane));
        lane
    }
}

enum Entered<B: Batch> {
    /// Nothing was under way.
    Alone(B),
    Waits(oneshot::Receiver<Result<B::Answer>>),
}

impl<B: Batch> Lane<B> {
    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, call: B::Call<'_>, connection: &Arc<Connection>) -> Entered<B> {
        let mut state = self.state();
        if !state.alone && !state.sending {
            state.alone = true;
            let mut batch = B::default();
            batch.add(call);
            return Entered::Alone(batch);
        }
        let (caller, answer) = oneshot::channel();
        match state.waiting.back_mut() {
            Some(last) if last.batch.has_room_for(&call) => last.add(call, caller),
            _ => {
                let mut waiting = Waiting { batch: B::default(), callers: Vec::new() };
                waiting.add(call, caller);
                state.waiting.push_back(waiting);
            }
        }
        if !state.sending {
            state.sending = true;
            connection.home().spawn(Sending(Some(Arc::clone(self))).send_all(Arc::clone(connection)));
        }
        Entered::Waits(answer)
    }
}

impl<B: Batch> Waiting<B> {
    fn add(&mut self, call: B::Call<'_>, caller: oneshot::Sender<Result<B::Answer>>) {
        self.batch.add(call);
        self.callers.push(caller);
    }

    async fn send(mut self, connection: &Connection, key: &str) {
        let wanted: Vec<bool> = self.callers.iter().map(|caller| !caller.is_closed()).collect();
        if wanted.contains(&false) {
            self.batch.retain(&wanted);
            // Not asked again: one may have left since.
            let mut wanted = wanted.into_iter();
            self.callers.retain(|_| wanted.next().unwrap_or(true));
        }
        if self.callers.is_empty() {
            return;
        }
        match self.batch.send(connection, key).await {
            Ok(answers) => {
                // A caller without an answer is told so by its channel.
                for (caller, answer) in self.callers.into_iter().zip(answers) {
                    let _ = caller.send(Ok(answer));
                }
            }
            Err(error) => {
                for caller in self.callers {
                    let _ = caller.send(Err(error.again()));
                }
            }
        }
    }
}

/// A call that left by itself; it is over when it is back or dropped.
struct Alone<'a, B: Batch>(&'a Lane<B>);

impl<B: Batch> Drop for Alone<'_, B> {
    fn drop(&mut self) {
        self.0.state().alone = false;
    }
}

/// The task that sends what waits.
struct Sending<B: Batch>(Option<Arc<Lane<B>>>);

impl<B: Batch> Sending<B> {
    async fn send_all(mut self, connection: Arc<Connection>) {
        while let Some(lane) = &self.0 {
            // Those who were just answered, or are about to call, get to leave together.
            tokio::task::yield_now().await;
            let next = {
                let mut state = lane.state();
                state.sending = !state.waiting.is_empty();
                state.waiting.pop_front()
            };
            match next {
                Some(waiting) => waiting.send(&connection, &lane.key).await,
                // Over: from here on, the flag is another task's.
                None => self.0 = None,
            }
        }
    }
}

impl<B: Batch> Drop for Sending<B> {
    /// Cut short only by the end of its runtime: whoever waits learns it from their channel.
    fn drop(&mut self) {
        if let Some(lane) = &self.0 {
            let mut state = lane.state();
            state.sending = false;
            state.waiting.clear();
        }
    }
}

impl<B: Batch> Default for State<B> {
    fn default() -> Self {
        Self { alone: false, sending: false, waiting: VecDeque::new() }
    }
}

impl<B: Batch> std::fmt::Debug for Gather<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}
