use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult, cmd};

/// How long one command waits at most, so that a connection that died in silence is noticed.
const SLICE: Duration = Duration::from_secs(5);

/// What a wait is given up after, beyond its slice, and pauses for when the connection broke.
const GRACE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for one list, on a connection of its own that is made when someone first waits.
pub(crate) struct RedisWaiter {
    client: Client,
    connect_timeout: Duration,
    key: String,
    connection: Option<MultiplexedConnection>,
    /// The wait under way, kept so that a dropped call does not leave commands behind to pile up.
    under_way: Option<Wait>,
}

/// Ends with the connection, if that is still good.
type Wait = Pin<Box<dyn Future<Output = Option<MultiplexedConnection>> + Send>>;

impl RedisWaiter {
    pub(super) fn new(client: Client, connect_timeout: Duration, key: &str) -> Self {
        Self { client, connect_timeout, key: key.to_owned(), connection: None, under_way: None }
    }

    pub(crate) async fn wait(&mut self) {
        let wait = match self.under_way.take() {
            Some(wait) => wait,
            None => {
                Box::pin(wait_once(self.client.clone(), self.connect_timeout, self.connection.take(), self.key.clone()))
            }
        };
        self.connection = self.under_way.insert(wait).as_mut().await;
        self.under_way = None;
    }
}

/// Moves the last item of the list onto its own end, as soon as there is one: this changes nothing, takes nothing, and
/// wakes all who wait. <https://redis.io/docs/latest/commands/blmove/>
async fn wait_once(
    client: Client,
    connect_timeout: Duration,
    connection: Option<MultiplexedConnection>,
    key: String,
) -> Option<MultiplexedConnection> {
    let wait = async {
        let mut connection = match connection {
            Some(connection) => connection,
            None => connect(&client, connect_timeout).await?,
        };
        let mut command = cmd("BLMOVE");
        command.arg(&key).arg(&key).arg("RIGHT").arg("RIGHT").arg(SLICE.as_secs());
        let answer: RedisResult<()> = command.query_async(&mut connection).await;
        answer.map(|()| connection)
    };
    if let Ok(Ok(connection)) = tokio::time::timeout(SLICE + GRACE, wait).await {
        return Some(connection);
    }
    tokio::time::sleep(PAUSE).await;
    None
}

async fn connect(client: &Client, timeout: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&config).await
}
