//! A call on its way: sent until it is answered, until nothing more can be done, or until its time is up.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::BoxFuture;
use redis::Value;

use super::attempt::{Attempt, Patience};
use super::decision::{History, Next};
use super::progress::Progress;
use super::time_limit::{OwnTimer, within};
use super::{Answered, Router};
use crate::error::{Error, Result};
use crate::refusal;
use crate::store::redis::connection::{Connection, Live};
use crate::store::redis::error::{not_connected, of_a_cluster, timed_out};
use crate::store::redis::remedy::Remedy;
use crate::store::redis::request::{Effect, Request};
use crate::store::traces::note_sent;

/// How long a call waits for a server that cannot be reached, or that is not ready, unless it has less time.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

type CarriedOut = Result<(Value, Answered)>;

impl Router {
    /// Large: kept out of the futures around it, each of which would hold it twice. Of one type, or all who make calls would have
    /// it compiled once more, to drop it.
    pub(super) fn carry_out_in_time<'a>(&'a self, request: &'a Request<'_>) -> BoxFuture<'a, CarriedOut> {
        Box::pin(async move {
            let (mut progress, own_timer) = (Progress::of(request.effect()), OwnTimer::default());
            let answer = {
                let carried_out = pin!(self.carry_out(request, &mut progress, &own_timer));
                within(self.response_timeout, &own_timer, carried_out).await
            };
            let answer = match answer {
                Some(answer) => answer,
                None => Err(Box::pin(self.late(&mut progress)).await),
            };
            progress.is_over = true;
            answer
        })
    }

    /// Sends the request until it is answered, or until nothing more can be done.
    async fn carry_out(&self, request: &Request<'_>, progress: &mut Progress, own_timer: &OwnTimer) -> CarriedOut {
        let (effect, mut patience) = (request.effect(), Patience::new(PATIENCE.min(self.response_timeout / 2)));
        let mut asked: Option<Connection> = None;
        loop {
            let (asking, connection) = match asked.take() {
                Some(connection) => (true, connection),
                None => (false, self.topology.connection(request.key())?),
            };
            let Some(live) = self.reach(&connection, effect, &mut patience, &progress.history).await? else { continue };
            let attempt = progress.under_way.insert(Attempt::new(connection, live));
            if effect != Effect::Read {
                note_sent();
            }
            // The first connection may still bring a write that was made again long ago: only reads are asked again.
            let may_repeat = effect == Effect::Read && !progress.history.broke;
            let (answer, other) =
                attempt.answer(request, &self.topology, (asking, may_repeat), self.pace(), own_timer).await;
            progress.history.broke |= other.is_some();
            let Some(Attempt { connection, live, .. }) = progress.under_way.take() else {
                return Err(refusal::unexpected());
            };
            let error = match answer {
                Ok(value) => {
                    live.note_answer();
                    let is_repeated = progress.history.broke;
                    return Ok((value, Answered { connection, live: other.unwrap_or(live), is_repeated }));
                }
                Err(error) => error,
            };
            let remedy = Remedy::of(&error);
            match remedy {
                Remedy::Move(..) | Remedy::Ask(_) if !self.is_cluster() => {
                    let refused = of_a_cluster(&error);
                    return Err(if progress.history.broke { refused.outcome_unknown() } else { refused });
                }
                Remedy::Reconnect => self.give_up(&connection, &live),
                _ => live.note_answer(),
            }
            match progress.history.next(remedy, effect, request.has_one_key(), patience.is_left()) {
                Next::Again => {}
                Next::FindMaster => {
                    connection.lost(&live);
                    // Near reads must not go to the one of before.
                    self.watched.end();
                    self.topology.refresh().await;
                }
                Next::Follow(slot, node) => {
                    self.topology.moved(slot, &node, &connection);
                    self.watched.left(request.key());
                }
                Next::Ask(node) => asked = self.topology.named(&node, &connection),
                Next::Pause => patience.pause().await,
                Next::PauseAndLook => {
                    patience.pause().await;
                    self.topology.refresh().await;
                }
                Next::Fail(failure) => return Err(failure.error(&error)),
            }
        }
    }

    /// The connection when it stands; `None` when another may have taken its place.
    async fn reach(
        &self,
        connection: &Connection,
        effect: Effect,
        patience: &mut Patience,
        history: &History,
    ) -> Result<Option<Live>> {
        match self.topology.live(connection).await {
            Some(Ok(live)) if effect != Effect::Read && !live.tells_of_its_end() => {
                return Ok(Box::pin(self.standing(connection, live, effect)).await);
            }
            Some(Ok(live)) => return Ok(Some(live)),
            Some(Err(error)) if error.is_retryable() && patience.is_left() => {}
            Some(Err(error)) if history.broke => return Err(error.outcome_unknown()),
            Some(Err(error)) => return Err(error),
            None => {}
        }
        self.topology.refresh().await;
        Ok(None)
    }

    /// The connection, if it has not come to its end in silence: what must not be sent twice would fail with it.
    async fn standing(&self, connection: &Connection, live: Live, effect: Effect) -> Option<Live> {
        let stands = match effect {
            Effect::Once => Attempt::stands(connection, &live, &self.topology, self.pace()).await,
            // It is made again where it fails, but for what is known already.
            _ => (!live.has_ended()).then(|| live.clone()),
        };
        if stands.is_none() {
            self.give_up(connection, &live);
        }
        stands
    }

    fn give_up(&self, connection: &Connection, live: &Live) {
        connection.lost(live);
        if connection.endpoint().is_master() {
            self.watched.end();
        }
    }

    /// What a call says that was not answered in time.
    async fn late(&self, progress: &mut Progress) -> Error {
        let (limit, began) = (self.response_timeout, self.background.moves());
        match progress.under_way.take() {
            Some(Attempt { connection, live, answers }) => {
                // Whoever gives up this, too, is told that it was sent.
                progress.history.broke = true;
                let is_stuck = connection.leave_if_stuck(&live).await;
                // Nothing at all came meanwhile: the connection may be dead without knowing.
                if live.answers() == answers {
                    connection.lost(&live);
                    connection.note_away();
                    self.topology.look_again();
                }
                if is_stuck { refusal::stuck(limit).outcome_unknown() } else { timed_out(limit) }
            }
            None if progress.history.broke => timed_out(limit),
            None => {
                self.background.move_if_stuck().await;
                if self.background.moves() == began { not_connected(limit) } else { refusal::stuck(limit) }
            }
        }
    }
}
