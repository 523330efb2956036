//! The way to the servers: where a call goes, and what becomes of it when that fails.
//!
//! A call is sent once. It is sent again only when the server said that it did nothing, or once on a fresh connection when
//! the connection broke and the call may be made twice.

mod apart;
mod attempt;
mod decision;
mod kept;
mod node;
mod ping;
mod presence;
mod progress;
mod time_limit;
mod watcher;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
pub(crate) use node::ServingNode;
use redis::{FromRedisValue, Value};

use self::attempt::{Attempt, Patience};
use self::decision::{History, Next};
use self::progress::Progress;
use self::time_limit::{OwnTimer, within};
use self::watcher::Interest;
use super::connection::{Connection, Connector, Endpoints, HEDGE_AFTER, Live};
use super::error::{from_driver, not_connected, of_a_cluster, timed_out};
use super::invalidation::{CHANNEL, WatchedKeys, write};
use super::remedy::Remedy;
use super::request::{Effect, Request};
use super::script::Verb;
use super::topology::Topology;
use crate::config::{Config, Deployment};
use crate::error::{Error, Result};
use crate::near::Change;
use crate::refusal;
use crate::store::background::Background;
use crate::store::packed::Packed;
use crate::store::traces::note_sent;

/// How long a call waits for a server that cannot be reached, or that is not ready, unless it has less time.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Router {
    topology: Topology,
    connector: Connector,
    background: Arc<Background>,
    response_timeout: Duration,
    /// How long a connection may say nothing until another is made beside it.
    hedge_after: Duration,
    /// The keys that this process keeps something of.
    watched: Arc<WatchedKeys>,
    interest: Interest,
}

/// Which connection brought an answer.
pub(super) struct Answered {
    pub(super) connection: Connection,
    pub(super) live: Live,
}

type CarriedOut = Result<(Value, Answered)>;

impl Router {
    /// Connects once, to tell at once what is wrong.
    pub(crate) async fn open(deployment: &Deployment, config: &Config) -> Result<Self> {
        let (background, connector) = (Arc::new(Background::here()), Connector::new(config));
        let topology = Topology::of(Endpoints::of(deployment, config)?, &connector, &background);
        let watched = Arc::new(WatchedKeys::new(topology.is_cluster(), &config.record_key()));
        let response_timeout = config.response_timeout;
        let hedge_after = HEDGE_AFTER.min(response_timeout / 2);
        let interest = Interest::default();
        let router = Self { topology, connector, background, response_timeout, hedge_after, watched, interest };
        let connected = tokio::time::timeout(config.connect_timeout, router.topology.connect()).await;
        connected.unwrap_or_else(|_| Err(not_connected(config.connect_timeout)))?;
        // Of a cluster, some node has answered, and others may be down.
        if !router.is_cluster() {
            router.send::<()>(&Request::without_key("PING", Effect::Once)).await?;
        }
        Ok(router)
    }

    /// The same way over connections that tell of changes, made when they are needed.
    pub(crate) fn tracking(&self, config: &Config) -> Self {
        let (background, watched) = (Arc::clone(&self.background), Arc::clone(&self.watched));
        let interest = self.interest.clone();
        let connector = Connector::tracking(config, &self.watched);
        let topology = self.topology.beside(&connector, &background);
        let Self { response_timeout, hedge_after, .. } = *self;
        Self { topology, connector, background, response_timeout, hedge_after, watched, interest }
    }

    /// Makes a call.
    pub(crate) async fn send<T: FromRedisValue>(&self, request: &Request<'_>) -> Result<T> {
        self.answer_of(request).await.map(|(answer, _)| answer)
    }

    /// Makes a call that changes a key. Where those who write to it publish what they changed, so does this, in the same
    /// step.
    pub(crate) async fn change<T: FromRedisValue>(&self, request: Request<'_>, change: Change<'_>) -> Result<T> {
        if !self.is_published(request.key()) {
            return self.send(&request).await;
        }
        let channel = self.beside(request.key(), CHANNEL)?;
        let verb = if self.is_cluster() { Verb::ShardedPublish } else { Verb::Publish };
        self.send(&request.publishing(verb, &channel, &write(change))).await
    }

    /// Makes a call for each of `parts`, together; there is an answer for each, which may be a refusal. On a cluster each goes
    /// by itself, since the key may move on half way.
    pub(crate) async fn send_each<T: FromRedisValue>(
        &self,
        (name, key, effect): (&str, &str, Effect),
        parts: &Packed,
    ) -> Result<Vec<Result<T>>> {
        if parts.len() == 1 || self.is_cluster() {
            let alone =
                parts.iter().map(|part| async move { self.send(&Request::command(name, key, effect).arg(part)).await });
            return Ok(join_all(alone).await);
        }
        let answers: Vec<Value> = self.send(&Request::each(name, key, effect, parts)).await?;
        let answer = |value: Value| value.extract_error().and_then(|value| Ok(T::from_redis_value(value)?));
        Ok(answers.into_iter().map(|value| answer(value).map_err(|error| from_driver(&error))).collect())
    }

    /// As [`send_each`](Self::send_each), of changes to entries of these names.
    pub(crate) async fn change_each<T: FromRedisValue>(
        &self,
        (name, key, effect): (&str, &str, Effect),
        entries: &Packed,
    ) -> Result<Vec<Result<T>>> {
        if !self.is_published(key) {
            return self.send_each((name, key, effect), entries).await;
        }
        let alone = entries.iter().map(|entry| async move {
            self.change(Request::command(name, key, effect).arg(entry), Change::Entry(entry)).await
        });
        Ok(join_all(alone).await)
    }

    /// Whether those who write to the key publish what they changed.
    pub(crate) fn is_published(&self, key: &str) -> bool {
        self.watched.find(key).is_some_and(|coherence| coherence.is_published())
    }

    /// Makes a call, and tells which connection brought the answer.
    pub(super) async fn answer_of<T: FromRedisValue>(&self, request: &Request<'_>) -> Result<(T, Answered)> {
        let answer = self.carry_out_in_time(request).await;
        let answer = answer.and_then(|(value, by)| match T::from_redis_value(value) {
            Ok(answer) => Ok((answer, by)),
            Err(error) => Err(from_driver(&error.into())),
        });
        match request.effect() {
            Effect::Read => answer.map_err(Error::without_effect),
            Effect::Idempotent | Effect::Once => answer,
        }
    }

    /// Large: kept out of the futures around it, each of which would hold it twice. Of one type, or all who make calls would have
    /// it compiled once more, to drop it.
    fn carry_out_in_time<'a>(&'a self, request: &'a Request<'_>) -> BoxFuture<'a, CarriedOut> {
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
            let asking = asked.is_some();
            let connection = match asked.take() {
                Some(connection) => connection,
                None => self.topology.connection(request.key())?,
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
                    return Ok((value, Answered { connection, live: other.unwrap_or(live) }));
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

    pub(crate) fn background(&self) -> &Background {
        &self.background
    }

    pub(super) fn shared_background(&self) -> Arc<Background> {
        Arc::clone(&self.background)
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    pub(super) fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) fn is_cluster(&self) -> bool {
        self.topology.is_cluster()
    }

    /// How many connections were made.
    pub(crate) fn connections_made(&self) -> u64 {
        self.connector.made()
    }

    /// Whether another server takes over when one is gone.
    pub(crate) fn fails_over(&self) -> bool {
        self.topology.fails_over()
    }

    /// The key of something that belongs to what is at `key`.
    pub(crate) fn beside(&self, key: &str, suffix: &str) -> Result<String> {
        self.topology.beside_key(key, suffix)
    }

    /// Whether a command can be made on all of these keys.
    pub(crate) fn are_together(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        self.topology.are_together(keys)
    }

    /// How long a connection may say nothing until something is done about that.
    pub(super) fn hedge_after(&self) -> Duration {
        self.hedge_after
    }

    pub(super) fn response_timeout(&self) -> Duration {
        self.response_timeout
    }

    /// Waits for what others do, or several calls, for no longer than one call may take.
    pub(crate) async fn in_time<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.response_timeout;
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(timed_out(limit)))
    }

    pub(crate) fn close(&self) {
        self.topology.close();
        self.background.end();
        self.watched.end();
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("response_timeout", &self.response_timeout).finish_non_exhaustive()
    }
}
