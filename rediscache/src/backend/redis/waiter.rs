use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, cmd};
use tokio::sync::watch;

use super::connection::Servers;
use super::dial::Dial;
use super::link::pause;

/// How long one command waits at most, so that a connection that died in silence is noticed.
const SLICE: Duration = Duration::from_secs(5);

/// What a wait is given up after, beyond its slice.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for one queue, on a connection of its own that is made when someone first waits.
pub(crate) struct RedisWaiter {
    place: Place,
    connection: Option<MultiplexedConnection>,
    /// How many waits failed since the last good one.
    failures: u32,
    /// The wait under way, kept so that a dropped call does not leave commands behind to pile up.
    under_way: Option<Wait>,
    /// Changed by every announcement; whether the last one was that the connection broke.
    announcements: watch::Receiver<bool>,
}

/// Ends with the connection, if that is still good.
type Wait = Pin<Box<dyn Future<Output = Option<MultiplexedConnection>> + Send>>;

/// What is waited for, and how to get there.
#[derive(Clone)]
struct Place {
    servers: Servers,
    dial: Dial,
    key: String,
    /// Where it is announced that something will be due.
    channel: Option<String>,
    announced: watch::Sender<bool>,
}

impl RedisWaiter {
    pub(super) fn new(servers: Servers, dial: Dial, key: &str, channel: Option<String>) -> Self {
        let (announced, announcements) = watch::channel(false);
        let place = Place { servers, dial, key: key.to_owned(), channel, announced };
        Self { place, connection: None, failures: 0, under_way: None, announcements }
    }

    /// Whether the connection broke.
    pub(crate) async fn wait(&mut self) -> bool {
        let Self { place, connection, failures, .. } = self;
        let wait = || -> Wait { Box::pin(place.clone().wait(connection.take(), *failures)) };
        let under_way = self.under_way.get_or_insert_with(wait);
        tokio::select! {
            good = under_way => {
                self.connection = good;
                self.under_way = None;
                self.failures = if self.connection.is_some() { 0 } else { self.failures + 1 };
                self.connection.is_none()
            }
            // The first one says that the subscription stands: what was announced before was not heard.
            _ = self.announcements.changed() => *self.announcements.borrow(),
        }
    }
}

impl Place {
    /// Moves the last item of the list onto its own end, as soon as there is one: this changes nothing, takes nothing,
    /// and wakes all who wait. <https://redis.io/docs/latest/commands/blmove/>
    async fn wait(self, connection: Option<MultiplexedConnection>, failures: u32) -> Option<MultiplexedConnection> {
        if let Some(pause) = pause(failures) {
            tokio::time::sleep(pause).await;
        }
        let wait = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            let mut command = cmd("BLMOVE");
            command.arg(&self.key).arg(&self.key).arg("RIGHT").arg("RIGHT").arg(SLICE.as_secs());
            let answer: RedisResult<()> = command.query_async(&mut connection).await;
            answer.inspect_err(|error| self.servers.follow(error)).ok()?;
            Some(connection)
        };
        tokio::time::timeout(SLICE + GRACE, wait).await.ok().flatten()
    }

    async fn connect(&self) -> Option<MultiplexedConnection> {
        let announced = self.announced.clone();
        let hears = self.channel.is_some();
        let pushes = Box::new(move |push: PushInfo| {
            if hears {
                announced.send_replace(push.kind == PushKind::Disconnection);
            }
        });
        let peer = self.servers.peer_of(&self.key).ok()?;
        let made = tokio::time::timeout(self.dial.timeout, self.dial.connect(&peer, pushes)).await;
        let Ok(Ok(mut connection)) = made else {
            self.servers.refresh().await;
            return None;
        };
        if let Some(channel) = &self.channel {
            // Where an ACL forbids the channel, what is due is seen after a slice.
            let _ = connection.subscribe(channel).await;
        }
        Some(connection)
    }
}
