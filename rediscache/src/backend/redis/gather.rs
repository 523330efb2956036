use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::connection::Connection;
use super::crowd::{Crowd, Places, Seat};
use super::error::timed_out;
use crate::backend::fault;
use crate::error::{Error, Result};

/// Calls of one kind on one key that go out as one command.
pub(super) trait Batch: Default + Send + 'static {
    /// What one caller asks.
    type Call<'a>: Copy;
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
    lanes: Mutex<Lanes<B>>,
}

type Lanes<B> = HashMap<Arc<str>, Lane<B>, ahash::RandomState>;

/// The calls of one kind on one key.
struct Lane<B: Batch> {
    /// How many calls are under way or wait.
    calls: usize,
    /// How many there were when the last batch was answered.
    last: usize,
    /// Whether a task sends what waits.
    sending: bool,
    /// Wakes that task, where it would send more.
    sender: Option<Waker>,
    waiting: VecDeque<Crowd<B>>,
}

/// How many lanes are kept for the next call, used or not.
const LANES: usize = 1024;

/// How many batches of one lane are under way at most, so that the server has work while answers are handed out. Measured:
/// with thousands of callers, four carry a fifth more than one, and more than four carry no more.
const FLIGHTS: usize = 4;

/// While there are no more calls, they leave at once, as they would without company. Measured: with 16 callers, a sixth more
/// calls than if they wait for each other; with 64, a tenth fewer.
const FEW: usize = 24;

/// Where as many wait, they leave without looking out for more. Measured: with 256 callers, a fifth more calls than if all
/// wait for each other; with 16, half as many if none did.
const ENOUGH: usize = 32;

enum Entered<B: Batch> {
    /// Nothing was under way.
    Alone(B),
    Waits(Seat<B>),
}

impl<B: Batch> Gather<B> {
    pub(super) fn new(connection: &Arc<Connection>) -> Arc<Self> {
        Arc::new(Self { connection: Arc::clone(connection), lanes: Mutex::default() })
    }

    /// Makes one call. Dropping it neither fails nor holds up the others.
    pub(super) async fn call(self: &Arc<Self>, key: &str, call: B::Call<'_>) -> Result<B::Answer> {
        match poll_fn(|context| Poll::Ready(self.enter(key, call, context.waker()))).await {
            Entered::Alone(batch) => {
                let _alone = Alone(self, key);
                // Large: kept out of the futures of all who wait.
                let answers = Box::pin(batch.send(&self.connection, key)).await?;
                answers.into_iter().next().ok_or_else(fault::unexpected)
            }
            Entered::Waits(seat) => seat.await,
        }
    }

    fn enter(self: &Arc<Self>, key: &str, call: B::Call<'_>, waker: &Waker) -> Entered<B> {
        let (mut places, mut sender) = (None, None);
        loop {
            let mut lanes = self.lanes();
            let lane = match lanes.get_mut(key) {
                Some(lane) => lane,
                None => Self::add(&mut lanes, key),
            };
            if lane.is_idle() {
                lane.calls = 1;
                drop(lanes);
                let mut batch = B::default();
                batch.add(call);
                return Entered::Alone(batch);
            }
            lane.calls += usize::from(places.is_none());
            let others = places.insert(lane.others(places.as_ref()));
            let is_sent = mem::replace(&mut lane.sending, true);
            if lane.may_leave() {
                sender = sender.or_else(|| lane.sender.take());
            }
            drop(lanes);
            if !is_sent {
                self.connection.home().spawn(Sending::new(self, key).run());
            }
            if let Some(seat) = others.join(call, waker) {
                sender.into_iter().for_each(Waker::wake);
                return Entered::Waits(seat);
            }
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes<B>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add<'a>(lanes: &'a mut Lanes<B>, key: &str) -> &'a mut Lane<B> {
        if lanes.len() >= LANES {
            lanes.retain(|_, lane| !lane.is_idle());
        }
        lanes.entry(key.into()).or_default()
    }
}

impl<B: Batch> Lane<B> {
    fn is_idle(&self) -> bool {
        self.calls == 0 && !self.sending
    }

    /// Those to join; others than those who could not be joined.
    fn others(&mut self, closed: Option<&Arc<Places<B>>>) -> Arc<Places<B>> {
        if let Some(last) = self.waiting.back()
            && closed.is_none_or(|closed| !Arc::ptr_eq(closed, last.places()))
        {
            return Arc::clone(last.places());
        }
        let crowd = Crowd::new();
        let places = Arc::clone(crowd.places());
        self.waiting.push_back(crowd);
        places
    }

    /// Whether those who wait leave while others are under way: where all are few, and as a whole batch. Otherwise the last
    /// one may still grow.
    fn may_leave(&self) -> bool {
        self.waiting.len() > 1 || (self.calls.max(self.last) <= FEW && !self.waiting.is_empty())
    }

    fn answered(&mut self, calls: usize) {
        self.last = self.calls;
        self.calls -= calls;
    }

    fn are_enough(&self) -> bool {
        self.waiting.len() > 1 || self.waiting.front().is_some_and(|crowd| crowd.len() >= ENOUGH)
    }
}

/// A call that left by itself; it is over when it is back or dropped.
struct Alone<'a, B: Batch>(&'a Gather<B>, &'a str);

impl<B: Batch> Drop for Alone<'_, B> {
    fn drop(&mut self) {
        if let Some(lane) = self.0.lanes().get_mut(self.1) {
            lane.answered(1);
        }
    }
}

/// The task that sends what waits.
struct Sending<B: Batch> {
    gather: Arc<Gather<B>>,
    key: Arc<str>,
    flights: Vec<Flight<B>>,
    /// Nothing is left: from here on, `Lane::sending` speaks of another task.
    over: bool,
}

type Request<A> = Pin<Box<dyn Future<Output = Result<Vec<A>>> + Send>>;

/// A batch under way.
struct Flight<B: Batch> {
    crowd: Crowd<B>,
    request: Request<B::Answer>,
}

impl<B: Batch> Sending<B> {
    fn new(gather: &Arc<Gather<B>>, key: &str) -> Self {
        Self { gather: Arc::clone(gather), key: key.into(), flights: Vec::new(), over: false }
    }

    async fn run(mut self) {
        let limit = self.gather.connection.response_timeout();
        let mut due = pin!(tokio::time::sleep(limit));
        loop {
            if !self.lane(|lane| lane.are_enough()) {
                // Those who were just answered, or are about to call, get to leave together.
                tokio::task::yield_now().await;
            }
            while let Some(crowd) = self.next() {
                self.flights.extend(self.send(crowd));
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

    fn lane<T>(&self, look: impl FnOnce(&mut Lane<B>) -> T) -> T {
        look(self.gather.lanes().entry(Arc::clone(&self.key)).or_default())
    }

    /// Who leaves now.
    fn next(&mut self) -> Option<Crowd<B>> {
        let flights = self.flights.len();
        let (next, over) = self.lane(|lane| match flights {
            0 => {
                lane.sending = !lane.waiting.is_empty();
                (lane.waiting.pop_front(), !lane.sending)
            }
            1..FLIGHTS if lane.may_leave() => (lane.waiting.pop_front(), false),
            _ => (None, false),
        });
        self.over = over;
        next
    }

    /// Sends the calls of those who are still there, if any.
    fn send(&self, mut crowd: Crowd<B>) -> Option<Flight<B>> {
        let Some(batch) = crowd.close() else {
            self.lane(|lane| lane.answered(crowd.len()));
            return None;
        };
        let (gather, key) = (Arc::clone(&self.gather), Arc::clone(&self.key));
        let request = Box::pin(async move { batch.send(&gather.connection, &key).await });
        Some(Flight { crowd, request })
    }

    /// Ready when a batch was answered, or another may leave.
    fn land(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (mut at, flights) = (0, self.flights.len());
        while let Some(flight) = self.flights.get_mut(at) {
            match flight.request.as_mut().poll(context) {
                Poll::Ready(outcome) => {
                    let crowd = self.flights.remove(at).crowd;
                    self.lane(|lane| lane.answered(crowd.len()));
                    crowd.answer(outcome);
                }
                Poll::Pending => at += 1,
            }
        }
        let more = self.flights.len() < flights || (flights < FLIGHTS && self.wait(context));
        if more { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Gets woken when more may leave; whether they may already.
    fn wait(&self, context: &Context<'_>) -> bool {
        self.lane(|lane| {
            let may_leave = lane.may_leave();
            lane.sender = (!may_leave).then(|| context.waker().clone());
            may_leave
        })
    }

    /// Sends those away who have waited too long; when the next one will have.
    fn expire(&self, limit: Duration) -> Instant {
        let waiting: Vec<_> = self.lane(|lane| lane.waiting.iter().map(|crowd| Arc::clone(crowd.places())).collect());
        let waiting = waiting.iter().filter_map(|places| places.expire(limit, never_sent));
        let under_way = self.flights.iter().filter_map(|flight| flight.crowd.places().expire(limit, timed_out));
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
            let under_way: usize = self.flights.iter().map(|flight| flight.crowd.len()).sum();
            let waiting = self.lane(|lane| {
                let waiting: usize = lane.waiting.iter().map(Crowd::len).sum();
                lane.calls -= under_way + waiting;
                lane.sending = false;
                mem::take(&mut lane.waiting)
            });
            drop(waiting);
        }
    }
}

impl<B: Batch> Default for Lane<B> {
    fn default() -> Self {
        Self { calls: 0, last: 0, sending: false, sender: None, waiting: VecDeque::new() }
    }
}

impl<B: Batch> std::fmt::Debug for Gather<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}
