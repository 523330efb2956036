use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
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

    /// Sends all calls; there is an answer for each, in their order.
    fn send(&self, connection: &Connection, key: &str) -> impl Future<Output = Result<Vec<Self::Answer>>> + Send;
}

/// Gathers calls: one that finds nothing under way leaves at once, and those that come meanwhile leave together when it
/// is back. Nothing waits for company.
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
    under_way: bool,
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
        let entered = lane.enter(call);
        match entered {
            Entered::First(batch) => {
                let connection = Arc::clone(&self.connection);
                let turn = Turn { lane: Some(lane), connection, runtime: Handle::current() };
                let mut answers = batch.send(&turn.connection, key).await?;
                answers.pop().ok_or_else(fault::unexpected)
            }
            Entered::Waits(answer) => answer.await.unwrap_or_else(|_| Err(fault::unexpected())),
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
    /// Nothing was under way: this call leaves at once, alone.
    First(B),
    Waits(oneshot::Receiver<Result<B::Answer>>),
}

impl<B: Batch> Lane<B> {
    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, call: B::Call<'_>) -> Entered<B> {
        let mut state = self.state();
        if !state.under_way {
            state.under_way = true;
            let mut batch = B::default();
            batch.add(call);
            return Entered::First(batch);
        }
        if state.waiting.back().is_none_or(|last| !last.batch.has_room_for(&call)) {
            state.waiting.push_back(Waiting { batch: B::default(), callers: Vec::new() });
        }
        let (caller, answer) = oneshot::channel();
        if let Some(last) = state.waiting.back_mut() {
            last.batch.add(call);
            last.callers.push(caller);
        }
        Entered::Waits(answer)
    }

    /// The next calls to send; `None` when there are none, and the next call may leave at once.
    fn next(&self) -> Option<Waiting<B>> {
        let mut state = self.state();
        let next = state.waiting.pop_front();
        state.under_way = next.is_some();
        next
    }
}

impl<B: Batch> Waiting<B> {
    async fn send(self, connection: &Connection, key: &str) {
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

/// The turn of the call under way. When it is over, because it is back or because it was dropped, those who came
/// meanwhile have theirs.
struct Turn<B: Batch> {
    /// `None` once nobody waits.
    lane: Option<Arc<Lane<B>>>,
    connection: Arc<Connection>,
    runtime: Handle,
}

impl<B: Batch> Turn<B> {
    /// Sends what has gathered, until nothing is left.
    async fn send_all(mut self, first: Waiting<B>) {
        let mut next = Some(first);
        while let (Some(lane), Some(waiting)) = (&self.lane, next) {
            waiting.send(&self.connection, &lane.key).await;
            // Those who were just answered get to ask again, and leave together.
            tokio::task::yield_now().await;
            next = lane.next();
        }
        self.lane = None;
    }
}

impl<B: Batch> Drop for Turn<B> {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take()
            && let Some(next) = lane.next()
        {
            let turn =
                Self { lane: Some(lane), connection: Arc::clone(&self.connection), runtime: self.runtime.clone() };
            self.runtime.spawn(turn.send_all(next));
        }
    }
}

impl<B: Batch> Default for State<B> {
    fn default() -> Self {
        Self { under_way: false, waiting: VecDeque::new() }
    }
}

impl<B: Batch> std::fmt::Debug for Gather<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}
