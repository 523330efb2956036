use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisResult, cmd};
use tokio::sync::watch;

use super::connection::{Connection, pause};
use super::connector::{Connected, Connector, Endpoint};
use super::topology::Topology;

/// How long one command waits at most, so that a connection that died in silence is noticed.
const SLICE: Duration = Duration::from_secs(5);

/// What a wait is given up after, beyond its slice.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for one queue, on a connection of its own that is made when someone first waits.
pub(crate) struct RedisWaiter {
    place: Place,
    connection: Option<Waits>,
    /// How many waits failed since the last good one.
    failures: u32,
    /// The wait under way, kept so that a dropped call does not leave commands behind to pile up.
    under_way: Option<Wait>,
    /// Changed by every announcement; whether the last one was that the connection broke.
    announcements: watch::Receiver<bool>,
}

/// Ends with the connection, if that is still good.
type Wait = Pin<Box<dyn Future<Output = Option<Waits>> + Send>>;

/// A connection to wait on.
struct Waits {
    connection: MultiplexedConnection,
    /// The link to the same server, and which of its connections was in use.
    link: Connection,
    serial: Option<u64>,
}

/// What is waited for, and how to get there.
#[derive(Clone)]
struct Place {
    topology: Topology,
    connector: Connector,
    key: String,
    /// Where it is announced that something will be due.
    channel: Option<String>,
    announced: watch::Sender<bool>,
}

impl RedisWaiter {
    pub(super) fn new(topology: Topology, connector: Connector, key: &str, channel: Option<String>) -> Self {
        let (announced, announcements) = watch::channel(false);
        let place = Place { topology, connector, key: key.to_owned(), channel, announced };
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
    async fn wait(self, connection: Option<Waits>, failures: u32) -> Option<Waits> {
        if let Some(pause) = pause(failures) {
            tokio::time::sleep(pause).await;
        }
        let wait = async {
            let mut waits = match connection {
                Some(waits) => waits,
                None => self.connect().await?,
            };
            let mut command = cmd("BLMOVE");
            command.arg(&self.key).arg(&self.key).arg("RIGHT").arg("RIGHT").arg(SLICE.as_secs());
            let answer: RedisResult<()> = tokio::select! {
                answer = command.query_async(&mut waits.connection) => answer,
                () = waits.link.is_past(waits.serial), if matches!(waits.link.endpoint(), Endpoint::Master(_)) => return None,
            };
            answer.inspect_err(|error| self.topology.follow(error, &waits.link)).ok()?;
            Some(waits)
        };
        tokio::time::timeout(SLICE + GRACE, wait).await.unwrap_or_else(|_| {
            self.topology.look_again();
            None
        })
    }

    async fn connect(&self) -> Option<Waits> {
        let announced = self.announced.clone();
        let hears = self.channel.is_some();
        let pushes = Box::new(move |push: PushInfo| {
            if hears {
                announced.send_replace(push.kind == PushKind::Disconnection);
            }
        });
        let link = self.topology.connection_of(&self.key).ok()?;
        // A master that is left after this is left here, too.
        let serial = link.serial();
        let made = tokio::time::timeout(self.connector.timeout, self.connector.connect(link.endpoint(), pushes)).await;
        let Ok(Ok(Connected { mut connection, .. })) = made else {
            self.topology.refresh().await;
            return None;
        };
        if let Some(channel) = &self.channel {
            // Where an ACL forbids the channel, what is due is seen after a slice.
            let _ = connection.subscribe(channel).await;
        }
        Some(Waits { connection, link, serial })
    }
}
