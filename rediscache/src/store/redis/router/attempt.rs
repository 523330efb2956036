//! A request on its way: where it is, how long it may go on, and what is done when its connection says nothing.

use std::pin::pin;
use std::time::Duration;

use redis::{RedisResult, Value};
use tokio::time::Instant;

use super::time_limit::OwnTimer;
use super::watcher::{Pace, watch};
use crate::store::redis::connection::{Backoff, Connection, Live};
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::{Effect, Request};
use crate::store::redis::topology::Topology;

/// Between two tries of a call that a server was not ready for.
const BACKOFF: Backoff = Backoff::between(Duration::from_millis(10), Duration::from_millis(200));

/// A request that is not answered yet.
pub(super) struct Attempt {
    pub(super) connection: Connection,
    pub(super) live: Live,
    /// How many answers there were when it was sent.
    pub(super) answers: u64,
}

impl Attempt {
    pub(super) fn new(connection: Connection, live: Live) -> Self {
        let answers = live.answers();
        Self { connection, live, answers }
    }

    /// Sends the request and waits for the answer, which another connection may bring: it is sent twice, if it may, when
    /// the connection says nothing for too long and another takes its place.
    pub(super) async fn answer(
        &self,
        request: &Request<'_>,
        topology: &Topology,
        (asking, may_repeat): (bool, bool),
        pace: Pace,
        own_timer: &OwnTimer,
    ) -> (RedisResult<Value>, Option<Live>) {
        let mut answer = pin!(self.live.send(request, asking));
        let (mut answers, mut silent_for) = (self.answers, Duration::ZERO);
        while silent_for < pace.hedge_after {
            let wait = if silent_for.is_zero() { pace.silent_after } else { pace.hedge_after - silent_for };
            if let Ok(answer) = own_timer.during(tokio::time::timeout(wait, &mut answer)).await {
                return (answer, None);
            }
            let before = std::mem::replace(&mut answers, self.live.answers());
            silent_for = if before == answers { silent_for + wait } else { Duration::ZERO };
            if before == answers {
                self.is_silent(topology, pace);
            }
        }
        Box::pin(self.connection.leave_if_stuck(&self.live)).await;
        self.connection.doubt(&self.live);
        topology.look_again();
        if !may_repeat || asking {
            return (answer.await, None);
        }
        tokio::select! {
            answer = &mut answer => (answer, None),
            Some((again, live)) = Box::pin(self.answer_of_another(request)) => (again, Some(live)),
        }
    }

    /// The connection said nothing for too long.
    fn is_silent(&self, topology: &Topology, pace: Pace) {
        self.live.note_silence();
        if pace.is_watched {
            watch(&self.connection, topology, pace);
        }
    }

    /// Whether the connection stands, as far as that can be told before something is sent that must not be sent twice; the
    /// one that does. Those that tell of their end are not asked.
    pub(super) async fn stands(connection: &Connection, live: &Live, topology: &Topology, pace: Pace) -> Option<Live> {
        if live.has_ended() {
            return None;
        }
        if !live.may_have_ended() {
            return Some(live.clone());
        }
        let (ping, attempt) = (Request::without_key("PING", Effect::Once), Self::new(connection.clone(), live.clone()));
        let (answer, other) = attempt.answer(&ping, topology, (false, true), pace, &OwnTimer::default()).await;
        // Whatever it says.
        if answer.is_err_and(|error| Remedy::of(&error) == Remedy::Reconnect) {
            return None;
        }
        let live = other.unwrap_or(attempt.live);
        live.note_answer();
        Some(live)
    }

    /// The answer over the connection that takes the place of this one; `None` if there is none.
    async fn answer_of_another(&self, request: &Request<'_>) -> Option<(RedisResult<Value>, Live)> {
        self.connection.is_replaced(&self.live).await;
        let live = self.connection.live().await.ok()?;
        let answer = live.send(request, false).await;
        if answer.is_ok() {
            live.note_answer();
        }
        Some((answer, live))
    }
}

/// How long a call that was not made yet goes on trying, from the first trouble on.
pub(super) struct Patience {
    limit: Duration,
    since: Option<Instant>,
    backoff: Backoff,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, since: None, backoff: BACKOFF }
    }

    pub(super) fn is_left(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() < self.limit
    }

    pub(super) async fn pause(&mut self) {
        self.backoff.fail();
        self.backoff.pause().await;
    }
}
