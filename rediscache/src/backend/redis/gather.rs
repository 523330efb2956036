use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::connection::Connection;
use super::crowd::{Crowd, Seat};
use super::error::timed_out;
use crate::backend::fault;
use crate::error::{Error, Result};

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
    fn send(self, connection: &Connection, key: &str) -> impl Future<Output = Result<Vec<Self::Answer>>> + Send;
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
    waiting: VecDeque<Group<B>>,
}

/// Calls that leave together, and those who made them.
struct Group<B: Batch> {
    batch: B,
    crowd: Crowd<B::Answer>,
}

/// How many lanes are kept for the next call, used or not.
const LANES: usize = 1024;

/// How many batches of one lane are under way at most, so that the server has work while answers are handed out. Measured:
/// with thousands of callers, four carry a fifth more than one, and more than four carry no more.
const FLIGHTS: usize = 4;

/// Where as many wait, they leave without looking out for more. Measured: with 256 callers, a fifth more calls than if all
/// wait for each other; with 16, half as many if none did.
const ENOUGH: usize = 32;

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
                // Large: kept out of the futures of all who wait.
                let answers = Box::pin(batch.send(&self.connection, key)).await?;
                answers.into_iter().next().ok_or_else(fault::unexpected)
            }
            Entered::Waits(seat) => seat.await,
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
    Waits(Seat<B::Answer>),
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
        let seat = state.join(call);
        let is_sent = mem::replace(&mut state.sending, true);
        drop(state);
        if !is_sent {
            connection.home().spawn(Sending::new(self, connection).run());
        }
        Entered::Waits(seat)
    }
}

impl<B: Batch> State<B> {
    fn join(&mut self, call: B::Call<'_>) -> Seat<B::Answer> {
        if let Some(last) = self.waiting.back_mut()
            && last.batch.has_room_for(&call)
        {
            return last.add(call);
        }
        let mut group = Group { batch: B::default(), crowd: Crowd::new() };
        let seat = group.add(call);
        self.waiting.push_back(group);
        seat
    }

    fn are_enough(&self) -> bool {
        self.waiting.len() > 1 || self.waiting.front().is_some_and(|group| group.crowd.len() >= ENOUGH)
    }
}

impl<B: Batch> Group<B> {
    fn add(&mut self, call: B::Call<'_>) -> Seat<B::Answer> {
        self.batch.add(call);
        self.crowd.join()
    }

    /// Sends the calls of those who are still there, if any.
    fn leave(mut self, lane: &Arc<Lane<B>>, connection: &Arc<Connection>) -> Option<Flight<B::Answer>> {
        if let Some(aboard) = self.crowd.close() {
            if !aboard.contains(&true) {
                return None;
            }
            self.batch.retain(aboard);
        }
        let (lane, connection) = (Arc::clone(lane), Arc::clone(connection));
        let request = Box::pin(async move { self.batch.send(&connection, &lane.key).await });
        Some(Flight { crowd: self.crowd, request })
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
struct Sending<B: Batch> {
    lane: Arc<Lane<B>>,
    connection: Arc<Connection>,
    flights: Vec<Flight<B::Answer>>,
    /// Nothing is left: from here on, `State::sending` speaks of another task.
    over: bool,
}

/// A batch under way.
struct Flight<A> {
    crowd: Crowd<A>,
    request: Pin<Box<dyn Future<Output = Result<Vec<A>>> + Send>>,
}

impl<B: Batch> Sending<B> {
    fn new(lane: &Arc<Lane<B>>, connection: &Arc<Connection>) -> Self {
        Self { lane: Arc::clone(lane), connection: Arc::clone(connection), flights: Vec::new(), over: false }
    }

    async fn run(mut self) {
        let limit = self.connection.response_timeout();
        let mut due = pin!(tokio::time::sleep(limit));
        loop {
            if !self.lane.state().are_enough() {
                // Those who were just answered, or are about to call, get to leave together.
                tokio::task::yield_now().await;
            }
            while let Some(group) = self.next() {
                self.flights.extend(group.leave(&self.lane, &self.connection));
            }
            if self.over {
                return;
            }
            tokio::select! {
                biased;
                () = poll_fn(|context| self.land(context)) => {}
                () = &mut due => due.as_mut().reset(self.expire(limit)),
            }
        }
    }

    /// Who leaves now: everyone if nothing is under way, and whole batches meanwhile.
    fn next(&mut self) -> Option<Group<B>> {
        let mut state = self.lane.state();
        match self.flights.len() {
            0 => {
                self.over = state.waiting.is_empty();
                state.sending = !self.over;
                state.waiting.pop_front()
            }
            // The last one may still grow.
            1..FLIGHTS if state.waiting.len() > 1 => state.waiting.pop_front(),
            _ => None,
        }
    }

    /// Ready when a batch was answered.
    fn land(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (mut at, flights) = (0, self.flights.len());
        while let Some(flight) = self.flights.get_mut(at) {
            match flight.request.as_mut().poll(context) {
                Poll::Ready(outcome) => self.flights.remove(at).crowd.answer(outcome),
                Poll::Pending => at += 1,
            }
        }
        if self.flights.len() < flights { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Sends those away who have waited too long; when the next one will have.
    fn expire(&self, limit: Duration) -> Instant {
        let state = self.lane.state();
        let under_way = self.flights.iter().filter_map(|flight| flight.crowd.expire(limit, timed_out));
        let waiting = state.waiting.iter().filter_map(|group| group.crowd.expire(limit, never_sent));
        under_way.chain(waiting).min().unwrap_or_else(|| Instant::now() + limit)
    }
}

fn never_sent(limit: Duration) -> Error {
    timed_out(limit).without_effect()
}

impl<B: Batch> Drop for Sending<B> {
    /// Cut short only by the end of its runtime: whoever waits is told so.
    fn drop(&mut self) {
        if !self.over {
            let mut state = self.lane.state();
            state.sending = false;
            let waiting = mem::take(&mut state.waiting);
            drop(state);
            drop(waiting);
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
