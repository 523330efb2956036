use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ProtocolVersion, PushInfo, PushKind, RedisResult, cmd};
use tokio::sync::watch;

/// How long one command waits at most, so that a connection that died in silence is noticed.
const SLICE: Duration = Duration::from_secs(5);

/// What a wait is given up after, beyond its slice, and pauses for when the connection broke.
const GRACE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for one queue, on a connection of its own that is made when someone first waits.
pub(crate) struct RedisWaiter {
    place: Place,
    connection: Option<MultiplexedConnection>,
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
    client: Client,
    connect_timeout: Duration,
    key: String,
    /// Where it is announced that something will be due.
    channel: Option<String>,
    announced: watch::Sender<bool>,
}

impl RedisWaiter {
    pub(super) fn new(client: Client, connect_timeout: Duration, key: &str, channel: Option<String>) -> Self {
        let (announced, announcements) = watch::channel(false);
        let place = Place { client, connect_timeout, key: key.to_owned(), channel, announced };
        Self { place, connection: None, under_way: None, announcements }
    }

    /// Whether the connection broke.
    pub(crate) async fn wait(&mut self) -> bool {
        let (place, connection) = (&self.place, &mut self.connection);
        let under_way = self.under_way.get_or_insert_with(|| Box::pin(place.clone().wait(connection.take())));
        tokio::select! {
            good = under_way => {
                self.connection = good;
                self.under_way = None;
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
    async fn wait(self, connection: Option<MultiplexedConnection>) -> Option<MultiplexedConnection> {
        let wait = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => self.connect().await?,
            };
            let mut command = cmd("BLMOVE");
            command.arg(&self.key).arg(&self.key).arg("RIGHT").arg("RIGHT").arg(SLICE.as_secs());
            let answer: RedisResult<()> = command.query_async(&mut connection).await;
            answer.map(|()| connection)
        };
        if let Ok(Ok(connection)) = tokio::time::timeout(SLICE + GRACE, wait).await {
            return Some(connection);
        }
        tokio::time::sleep(PAUSE).await;
        None
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(self.connect_timeout)).set_response_timeout(None);
        let Some(channel) = &self.channel else {
            return self.client.get_multiplexed_async_connection_with_config(&config).await;
        };
        // RESP3 lets one connection block and hear announcements.
        let info = self.client.get_connection_info();
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.clone().set_redis_settings(settings))?;
        let announced = self.announced.clone();
        let config = config.set_push_sender(move |push: PushInfo| {
            announced.send_replace(push.kind == PushKind::Disconnection);
            Ok::<(), redis::aio::SendError>(())
        });
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        // Where an ACL forbids the channel, what is due is seen after a slice.
        let _ = connection.subscribe(channel).await;
        Ok(connection)
    }
}
