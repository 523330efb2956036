use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use redis::{Cmd, FromRedisValue, Pipeline, RedisError, RedisResult, Value};

use super::RedisWaiter;
use super::announcement;
use super::attempt::{Attempt, Patience, Progress};
use super::cluster::{Cluster, tag};
use super::connection::{Connection, HEDGE_AFTER, Live};
use super::connector::{Connector, Endpoint, Endpoints};
use super::error::{broke_twice, from_driver, not_connected, timed_out};
use super::request::{Effect, Remedy, Request};
use super::script::{Invocation, together};
use super::topology::Topology;
use super::watched_keys::WatchedKeys;
use crate::backend::near::Change;
use crate::backend::{Background, fault};
use crate::config::{Config, Deployment};
use crate::error::{Error, Result};

/// How long a call waits for a server that cannot be reached, or that is not ready, unless it has less time.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often one call is sent on to another node.
const REDIRECTIONS: u32 = 16;

/// The way to the topology: which one serves a key, and what becomes of a call when that one cannot.
///
/// A call is sent once. It is sent again only when the server said that it did nothing, or once on a fresh connection when
/// the connection broke and the call may be made twice.
pub(super) struct Router {
    topology: Topology,
    connector: Connector,
    background: Arc<Background>,
    response_timeout: Duration,
    /// How long a connection may say nothing until it is in doubt.
    hedge_after: Duration,
    /// What is kept of reads.
    pub(super) watched: Arc<WatchedKeys>,
}

impl Router {
    /// Connects once, to tell at once what is wrong.
    pub(super) async fn open(deployment: &Deployment, config: &Config) -> Result<Self> {
        let (background, connector) = (Arc::new(Background::here()), Connector::new(config));
        let topology = match Endpoints::of(deployment, config)? {
            Endpoints::One(endpoint) => Topology::One(Connection::new(endpoint, &connector, &background)),
            Endpoints::Cluster(seeds) => Topology::Cluster(Cluster::new(seeds, &connector, &background)),
        };
        let watched = Arc::new(WatchedKeys::new(matches!(topology, Topology::Cluster(_))));
        let (response_timeout, hedge_after) = (config.response_timeout, HEDGE_AFTER.min(config.response_timeout / 2));
        let connection = Self { topology, connector, background, response_timeout, hedge_after, watched };
        let opened = async {
            match &connection.topology {
                Topology::One(link) => link.live().await.map(drop),
                Topology::Cluster(cluster) => cluster.refresh().await,
            }
        };
        let opened = tokio::time::timeout(config.connect_timeout, opened).await;
        opened.unwrap_or_else(|_| Err(not_connected(config.connect_timeout)))?;
        // Of a cluster, some node has answered, and others may be down.
        if !connection.is_cluster() {
            connection.query::<()>(&redis::cmd("PING")).await?;
        }
        Ok(connection)
    }

    /// The same way over connections that tell of changes, made when they are needed.
    pub(super) fn telling(&self, config: &Config) -> Self {
        let (background, watched, connector) =
            (Arc::clone(&self.background), Arc::clone(&self.watched), Connector::telling(config, &self.watched));
        let topology = self.topology.beside(&connector, &background);
        Self {
            topology,
            connector,
            background,
            response_timeout: self.response_timeout,
            hedge_after: self.hedge_after,
            watched,
        }
    }

    /// Sends one command, which names its key first.
    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        self.call(Request::Command(command), Effect::of(command)).await
    }

    /// Sends several commands on one key together; there is an answer for each, which may be a refusal.
    pub(super) async fn query_all<T: FromRedisValue>(&self, mut commands: Pipeline) -> Result<Vec<Result<T>>> {
        if self.is_cluster() {
            // Each by itself, since the key may move on half way.
            return Ok(all(commands.cmd_iter().map(|command| self.query(command))).await);
        }
        let effect = commands.cmd_iter().map(Effect::of).max().unwrap_or(Effect::Read);
        let answers: Vec<Value> = self.call(Request::Commands(commands.ignore_errors()), effect).await?;
        let answer = |value: Value| value.extract_error().and_then(|value| Ok(T::from_redis_value(value)?));
        Ok(answers.into_iter().map(|value| answer(value).map_err(|error| from_driver(&error))).collect())
    }

    /// Sends several reads on one key together, and tells which connection brought the answers.
    pub(super) async fn query_over(&self, commands: &Pipeline) -> Result<(Vec<Value>, Connection, Live)> {
        self.call_over(Request::Commands(commands), Effect::Read).await
    }

    /// Runs a script by its digest; the script itself is sent only when the server does not know it.
    pub(super) async fn invoke<T: FromRedisValue>(&self, script: &Invocation) -> Result<T> {
        self.call(Request::Script(script), script.effect()).await
    }

    /// Makes a change with one command. Where those who write to the key publish, so does this, in the same step.
    pub(super) async fn change<T: FromRedisValue>(&self, command: &Cmd, key: &str, change: Change<'_>) -> Result<T> {
        self.make(Request::Command(command), Effect::of(command), key, change).await
    }

    /// As [`change`](Self::change), with several commands; there is an answer for each, which may be a refusal.
    pub(super) async fn change_all<T: FromRedisValue>(
        &self,
        commands: Pipeline,
        key: &str,
        change: Change<'_>,
    ) -> Result<Vec<Result<T>>> {
        let Some(word) = self.announcement(key, change)? else { return self.query_all(commands).await };
        let answers: Vec<T> = self.announce(Request::Commands(&commands), Effect::Once, key, &word).await?;
        Ok(answers.into_iter().map(Ok).collect())
    }

    /// As [`change`](Self::change), with a script.
    pub(super) async fn change_by<T: FromRedisValue>(
        &self,
        script: &Invocation,
        key: &str,
        change: Change<'_>,
    ) -> Result<T> {
        self.make(Request::Script(script), script.effect(), key, change).await
    }

    async fn make<T: FromRedisValue>(
        &self,
        request: Request<'_>,
        effect: Effect,
        key: &str,
        change: Change<'_>,
    ) -> Result<T> {
        match self.announcement(key, change)? {
            None => self.call(request, effect).await,
            Some(word) => self.announce(request, effect, key, &word).await,
        }
    }

    /// Makes a change and publishes it, in one step.
    async fn announce<T: FromRedisValue>(
        &self,
        request: Request<'_>,
        effect: Effect,
        key: &str,
        (channel, said): &(String, Vec<u8>),
    ) -> Result<T> {
        if !self.is_cluster() {
            return self.call(Request::Published(&request, &publication(channel, said)), effect).await;
        }
        // In a transaction, nodes of some versions do not look whether a key has left when something is published, too.
        match request {
            Request::Script(script) => self.call(Request::Script(&script.announcing(channel, said)), effect).await,
            Request::Commands(commands) => {
                let script = together(&commands.cmd_iter().collect::<Vec<_>>(), key).announcing(channel, said);
                self.call(Request::Script(&script), effect).await
            }
            Request::Command(command) => {
                let script = together(&[command], key).announcing(channel, said);
                let mut answers: Vec<T> = self.call(Request::Script(&script), effect).await?;
                answers.pop().ok_or_else(fault::unexpected)
            }
            Request::Published(..) => Err(fault::unexpected()),
        }
    }

    /// Where and what to publish of a change, where those who write to the key do.
    fn announcement(&self, key: &str, change: Change<'_>) -> Result<Option<(String, Vec<u8>)>> {
        if !self.watched.find(key).is_some_and(|watch| watch.is_announced()) {
            return Ok(None);
        }
        Ok(Some((self.beside(key, announcement::CHANNEL)?, announcement::write(change))))
    }

    pub(super) fn background(&self) -> &Background {
        &self.background
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The key of something that belongs to what is at `key`. On a cluster, a hash tag puts both in one slot.
    pub(super) fn beside(&self, key: &str, suffix: &str) -> Result<String> {
        match &self.topology {
            Topology::Cluster(_) if tag(key.as_bytes()).is_none() => {
                if key.contains('}') {
                    return Err(fault::no_tag());
                }
                Ok(format!("{{{key}}}{suffix}"))
            }
            _ => Ok(format!("{key}{suffix}")),
        }
    }

    pub(super) fn fails_over(&self) -> bool {
        match &self.topology {
            Topology::One(link) => matches!(link.endpoint(), Endpoint::Master(_)),
            Topology::Cluster(_) => true,
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.topology, Topology::Cluster(_))
    }

    pub(super) fn response_timeout(&self) -> Duration {
        self.response_timeout
    }

    /// Waits for what others do, or several calls, for no longer than one call may take.
    pub(super) async fn in_time<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.response_timeout;
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(timed_out(limit)))
    }

    /// Makes ready to wait on a connection of its own, which a blocking command needs.
    pub(super) fn waiter(&self, key: &str, channel: Option<String>) -> RedisWaiter {
        RedisWaiter::new(self.topology.clone(), self.connector.clone(), key, channel)
    }

    pub(super) fn close(&self) {
        match &self.topology {
            Topology::One(link) => link.close(),
            Topology::Cluster(cluster) => cluster.close(),
        }
        self.background.end();
    }

    async fn call<T: FromRedisValue>(&self, request: Request<'_>, effect: Effect) -> Result<T> {
        self.call_over(request, effect).await.map(|(answer, _, _)| answer)
    }

    /// Makes a call, and tells which connection brought the answer.
    async fn call_over<T: FromRedisValue>(
        &self,
        request: Request<'_>,
        effect: Effect,
    ) -> Result<(T, Connection, Live)> {
        let mut progress = Progress::default();
        let carried_out = self.carry_out(request, effect, &mut progress);
        let answer = match tokio::time::timeout(self.response_timeout, carried_out).await {
            Ok(answer) => answer,
            Err(_) => Err(self.late(progress)),
        };
        let answer = answer.and_then(|(value, link, live)| match T::from_redis_value(value) {
            Ok(answer) => Ok((answer, link, live)),
            Err(error) => Err(from_driver(&error.into())),
        });
        match effect {
            Effect::Read => answer.map_err(Error::without_effect),
            Effect::Idempotent | Effect::Once => answer,
        }
    }

    /// What a call says that was not answered in time.
    fn late(&self, progress: Progress) -> Error {
        match progress.under_way {
            Some(Attempt { link, live, heard }) => {
                // Nothing at all came meanwhile: the connection may be dead without knowing.
                if live.heard() == heard {
                    link.lost(&live);
                    self.topology.look_again();
                }
                timed_out(self.response_timeout)
            }
            None if progress.broke => timed_out(self.response_timeout),
            None => not_connected(self.response_timeout),
        }
    }

    /// Makes a call; `progress` says how far it is when time runs out.
    async fn carry_out(
        &self,
        request: Request<'_>,
        effect: Effect,
        progress: &mut Progress,
    ) -> Result<(Value, Connection, Live)> {
        let mut patience = Patience::new(PATIENCE.min(self.response_timeout / 2));
        let (mut found_master, mut redirections) = (false, 0);
        let mut asked: Option<Connection> = None;
        loop {
            let asking = asked.is_some();
            let link = match asked.take() {
                Some(link) => link,
                None => self.topology.link(|| request.key())?,
            };
            let live = match self.topology.live(&link).await {
                Some(Ok(live)) => live,
                Some(Err(error)) if error.is_retryable() && patience.is_left() => {
                    Box::pin(self.topology.refresh()).await;
                    continue;
                }
                Some(Err(error)) if progress.broke => return Err(error.outcome_unknown()),
                Some(Err(error)) => return Err(error),
                None => {
                    Box::pin(self.topology.refresh()).await;
                    continue;
                }
            };
            let heard = live.heard();
            let sent = progress.under_way.insert(Attempt { link, live, heard });
            // The first connection may still bring a write that was made again long ago: only reads are asked again.
            let may_repeat = effect == Effect::Read && !progress.broke;
            let (answer, another) = sent.answer(&self.topology, request, asking, may_repeat, self.hedge_after).await;
            progress.broke |= another.is_some();
            let Some(Attempt { link, live, .. }) = progress.under_way.take() else { return Err(fault::unexpected()) };
            let error = match answer {
                Ok(value) => {
                    live.hear();
                    return Ok((value, link, another.unwrap_or(live)));
                }
                Err(error) => error,
            };
            let remedy = Remedy::of(&error);
            if !matches!(remedy, Remedy::Reconnect) {
                live.hear();
            }
            match remedy {
                Remedy::Reconnect => {
                    link.lost(&live);
                    if link.endpoint().is_master() {
                        self.watched.end();
                    }
                    match effect {
                        Effect::Once => return Err(from_driver(&error)),
                        _ if progress.broke => return Err(broke_twice(&error)),
                        _ => progress.broke = true,
                    }
                }
                Remedy::FindMaster if !found_master => {
                    found_master = true;
                    link.lost(&live);
                    // Near reads must not go to the one of before.
                    self.watched.end();
                    Box::pin(self.topology.refresh()).await;
                }
                Remedy::Move(slot, node) if redirections < REDIRECTIONS => {
                    redirections += 1;
                    self.topology.moved(slot, &node, &link);
                    self.watched.left(request.key());
                }
                Remedy::Ask(node) if redirections < REDIRECTIONS && request.has_one_key() => {
                    redirections += 1;
                    asked = self.topology.named(&node, &link);
                }
                Remedy::Ask(_) | Remedy::Stay if patience.is_left() => patience.pause().await,
                Remedy::Wait if patience.is_left() => {
                    patience.pause().await;
                    Box::pin(self.topology.refresh()).await;
                }
                // The first time it may have taken effect.
                _ if progress.broke => return Err(from_driver(&error).outcome_unknown()),
                _ => return Err(from_driver(&error)),
            }
        }
    }
}

fn publication(channel: &str, said: &[u8]) -> Cmd {
    let mut word = redis::cmd("PUBLISH");
    word.arg(channel).arg(said);
    word
}

/// Makes calls side by side.
async fn all<T>(calls: impl Iterator<Item = impl Future<Output = Result<T>>>) -> Vec<Result<T>> {
    let mut calls: Vec<_> = calls.map(|call| (Box::pin(call), None)).collect();
    poll_fn(|context| {
        let mut under_way = false;
        for (call, answer) in calls.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match call.as_mut().poll(context) {
                Poll::Ready(ready) => *answer = Some(ready),
                Poll::Pending => under_way = true,
            }
        }
        if under_way { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    calls.into_iter().filter_map(|(_, answer)| answer).collect()
}

/// Waits for an answer of the driver.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = RedisResult<T>>,
    translate: fn(&RedisError) -> Error,
) -> Result<T> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| translate(&error)),
        Err(_) => Err(not_connected(limit)),
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("response_timeout", &self.response_timeout).finish_non_exhaustive()
    }
}
