//! The way to the servers: where a call goes, and what becomes of it when that fails.
//!
//! A call is sent once. It is sent again only when the server said that it did nothing, or once on a fresh connection when
//! the connection broke and the call may be made twice.

mod apart;
mod attempt;
mod carry_out;
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
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
pub(crate) use node::ServingNode;
use redis::{FromRedisValue, Value};

use self::watcher::Interest;
use super::connection::{Connection, Connector, Endpoints, HEDGE_AFTER, Live};
use super::error::{from_driver, not_connected, timed_out};
use super::invalidation::{CHANNEL, WatchedKeys, write};
use super::request::{Effect, Request};
use super::script::Verb;
use super::topology::Topology;
use crate::config::{Config, Deployment};
use crate::error::{Error, Result};
use crate::near::Change;
use crate::stats::WireCounts;
use crate::store::background::Background;
use crate::store::packed::Packed;

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
    /// Whether it was asked for before, over a connection that broke, and may have been done then.
    pub(super) is_repeated: bool,
}

impl Answered {
    /// What is known of one of several calls in this answer that was refused, or of what is sent again after it.
    fn refusal(&self, effect: Effect, error: Error) -> Error {
        if self.is_repeated && effect != Effect::Read { error.outcome_unknown() } else { error }
    }
}

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
        let connector = self.connector.tracking(config, &self.watched);
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
        let (verb, channel, message) = self.publication(request.key(), change)?;
        self.send(&request.publishing(verb, &channel, &message)).await
    }

    /// How a change of what is at the key is published: by which command, on which channel, and with which message.
    pub(crate) fn publication(&self, key: &str, change: Change<'_>) -> Result<(Verb, String, Vec<u8>)> {
        let verb = if self.is_cluster() { Verb::ShardedPublish } else { Verb::Publish };
        Ok((verb, self.beside(key, CHANNEL)?, write(change)))
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
        let (answers, by) = self.answer_of::<Vec<Value>>(&Request::each(name, key, effect, parts)).await?;
        let answer = |value: Value| value.extract_error().and_then(|value| Ok(T::from_redis_value(value)?));
        let refusal = |error| by.refusal(effect, from_driver(&error));
        Ok(answers.into_iter().map(|value| answer(value).map_err(refusal)).collect())
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

    /// What is counted of all its connections.
    pub(crate) fn wire_counts(&self) -> &WireCounts {
        self.connector.wire_counts()
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
