//! One call on its way: where it is, and how long it goes on trying.

use std::pin::pin;
use std::time::Duration;

use redis::{RedisResult, Value};
use tokio::time::Instant;

use super::connection::{Connection, Live};
use super::request::Request;
use super::topology::Topology;

/// The least and the most time between two tries of a call that a server was not ready for.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

/// How far a call has come.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) under_way: Option<Attempt>,
    /// Whether a connection broke under it.
    pub(super) broke: bool,
}

/// Where a call is that is not answered yet.
pub(super) struct Attempt {
    pub(super) link: Connection,
    pub(super) live: Live,
    /// How many answers there were when it was sent.
    pub(super) heard: u64,
}

impl Attempt {
    /// Sends it and waits for the answer, which another connection may bring: it is sent twice, if it may, when the
    /// connection says nothing and another takes its place.
    pub(super) async fn answer(
        &self,
        topology: &Topology,
        request: Request<'_>,
        asking: bool,
        may_repeat: bool,
        hedge_after: Duration,
    ) -> (RedisResult<Value>, Option<Live>) {
        let mut answer = pin!(request.send(&self.live, asking));
        let mut heard = self.heard;
        loop {
            if let Ok(answer) = tokio::time::timeout(hedge_after, &mut answer).await {
                return (answer, None);
            }
            let before = std::mem::replace(&mut heard, self.live.heard());
            if before == heard {
                break;
            }
        }
        self.link.doubt(&self.live);
        topology.look_again();
        if !may_repeat || asking {
            return (answer.await, None);
        }
        tokio::select! {
            answer = &mut answer => (answer, None),
            Some((again, live)) = Box::pin(self.answer_of_another(request)) => (again, Some(live)),
        }
    }

    /// The answer over the connection that takes the place of this one; `None` if there is none.
    async fn answer_of_another(&self, request: Request<'_>) -> Option<(RedisResult<Value>, Live)> {
        self.link.is_replaced(&self.live).await;
        let live = self.link.live().await.ok()?;
        let answer = request.send(&live, false).await;
        if answer.is_ok() {
            live.hear();
        }
        Some((answer, live))
    }
}

/// How long a call that was not made yet goes on trying, from the first trouble on.
pub(super) struct Patience {
    limit: Duration,
    since: Option<Instant>,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, since: None, pause: PAUSE.0 }
    }

    pub(super) fn is_left(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() < self.limit
    }

    pub(super) async fn pause(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = PAUSE.1.min(self.pause * 2);
    }
}
