//! Waits until a list may have items, on a connection of its own, which a blocking command needs.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, cmd};
use tokio::sync::watch;

use super::connection::{Backoff, Connected, Connection, Connector};
use super::router::Router;
use super::topology::Topology;

/// How long one command waits at most, so that a connection that died in silence is noticed.
const SLICE: Duration = Duration::from_secs(5);

/// What a wait is given up after, beyond its slice.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for one list; the connection is made when someone first waits.
pub(crate) struct RedisWaiter {
    list: WaitedList,
    connection: Option<WaitConnection>,
    /// With the waits that failed since the last good one.
    backoff: Backoff,
    /// The wait under way, kept so that a dropped call does not leave commands behind to pile up.
    under_way: Option<WaitUnderWay>,
    /// Changed by every message that something will be due; whether the last change was that the connection broke.
    messages: watch::Receiver<bool>,
}

/// Ends with the connection, if that is still good.
type WaitUnderWay = Pin<Box<dyn Future<Output = Option<WaitConnection>> + Send>>;

/// A connection to wait on.
struct WaitConnection {
    waiting: MultiplexedConnection,
    /// The connection of all calls to the same server, and which one was in use.
    beside: Connection,
    serial: Option<u64>,
}

/// What is waited for, and how to get there.
#[derive(Clone)]
struct WaitedList {
    topology: Topology,
    connector: Connector,
    key: String,
    /// Where it is told that something will be due.
    channel: Option<String>,
    told: watch::Sender<bool>,
}

impl RedisWaiter {
    /// Makes ready to wait for what is at `key`, and for messages on the channel of that suffix.
    pub(crate) fn new(router: &Router, key: &str, channel: Option<&str>) -> Self {
        let (told, messages) = watch::channel(false);
        // Where a key has no place for others beside it, what is done with it says so.
        let channel = channel.and_then(|suffix| router.beside(key, suffix).ok());
        let (topology, connector) = (router.topology().clone(), router.connector().clone());
        let list = WaitedList { topology, connector, key: key.to_owned(), channel, told };
        Self { list, connection: None, backoff: Backoff::to_connect(), under_way: None, messages }
    }

    /// Whether the connection broke.
    pub(crate) async fn wait(&mut self) -> bool {
        let Self { list, connection, backoff, .. } = self;
        let wait = || -> WaitUnderWay { Box::pin(list.clone().wait(connection.take(), *backoff)) };
        let under_way = self.under_way.get_or_insert_with(wait);
        tokio::select! {
            good = under_way => {
                self.connection = good;
                self.under_way = None;
                match self.connection {
                    Some(_) => self.backoff.reset(),
                    None => self.backoff.fail(),
                }
                self.connection.is_none()
            }
            // The first one says that the subscription stands: what was told before was not heard.
            _ = self.messages.changed() => *self.messages.borrow(),
        }
    }
}

impl WaitedList {
    /// Moves the last item of the list onto its own end, as soon as there is one: this changes nothing, takes nothing,
    /// and wakes all who wait. <https://redis.io/docs/latest/commands/blmove/>
    async fn wait(self, connection: Option<WaitConnection>, backoff: Backoff) -> Option<WaitConnection> {
        backoff.pause().await;
        let wait = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            let WaitConnection { waiting, beside, serial } = &mut connection;
            let mut command = cmd("BLMOVE");
            command.arg(&self.key).arg(&self.key).arg("RIGHT").arg("RIGHT").arg(SLICE.as_secs());
            let answer: RedisResult<()> = tokio::select! {
                answer = command.query_async(waiting) => answer,
                // A master that is left by all calls is left here, too.
                () = beside.is_past(*serial), if beside.endpoint().is_master() => return None,
            };
            answer.inspect_err(|error| self.topology.follow(error, beside)).ok()?;
            Some(connection)
        };
        tokio::time::timeout(SLICE + GRACE, wait).await.unwrap_or_else(|_| {
            self.topology.look_again();
            None
        })
    }

    async fn connect(&self) -> Option<WaitConnection> {
        let (told, hears) = (self.told.clone(), self.channel.is_some());
        let pushes = Box::new(move |push: PushInfo| {
            if hears {
                told.send_replace(push.kind == PushKind::Disconnection);
            }
        });
        let beside = self.topology.connection(&self.key).ok()?;
        let serial = beside.serial();
        let made = beside.endpoint().connect(&self.connector, pushes);
        let Ok(Ok(Connected { connection: mut waiting, .. })) =
            tokio::time::timeout(self.connector.timeout, made).await
        else {
            self.topology.refresh().await;
            return None;
        };
        if let Some(channel) = &self.channel {
            // Where an ACL forbids the channel, what is due is seen after a slice.
            let _ = waiting.subscribe(channel).await;
        }
        Some(WaitConnection { waiting, beside, serial })
    }
}
