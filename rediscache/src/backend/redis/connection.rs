use std::fmt;
use std::future::Future;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisError, RedisResult, ServerErrorKind};

use super::RedisWaiter;
use super::error::{from_driver, timed_out, while_connecting};
use super::script::Invocation;
use crate::backend::{Home, fault};
use crate::config::{Address, Config};
use crate::error::{Error, ErrorKind, Result};

/// The least and the most time between two attempts to reconnect; the driver adds jitter.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// How often a lost connection is tried again, over about 2 s, for those who wait; the next call starts over. Bounded,
/// so that nobody goes on trying for a session that is gone.
const ATTEMPTS: usize = 8;

/// One connection that all calls share, made anew when it breaks.
pub(super) struct Connection {
    /// `None` once closed.
    manager: RwLock<Option<ConnectionManager>>,
    client: Client,
    home: Home,
    connect_timeout: Duration,
    response_timeout: Duration,
}

impl Connection {
    /// Connects once, to tell at once what is wrong, and leaves keeping the connection up to the driver's manager.
    pub(super) async fn open(config: &Config) -> Result<Self> {
        let Address::Server(url) = &config.address else {
            return Err(Error::new(ErrorKind::Config, "this URL names no server"));
        };
        #[cfg(feature = "tls")]
        choose_cryptography();
        let client = Client::open(url.as_str()).map_err(|error| from_driver(&error))?;
        let once = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let ping = async {
            let mut connection = client.get_multiplexed_async_connection_with_config(&once).await?;
            redis::cmd("PING").query_async::<()>(&mut connection).await
        };
        within(config.connect_timeout, ping, while_connecting).await?;
        let lasting = ConnectionManagerConfig::new()
            .set_number_of_retries(ATTEMPTS)
            .set_min_delay(BACKOFF.0)
            .set_max_delay(BACKOFF.1)
            .set_connection_timeout(Some(config.connect_timeout))
            // Each call has one timeout, here, which counts waiting for the connection too.
            .set_response_timeout(None);
        let manager =
            ConnectionManager::new_lazy_with_config(client.clone(), lasting).map_err(|error| from_driver(&error))?;
        let connection = Self {
            manager: RwLock::new(Some(manager)),
            client,
            home: Home::here(),
            connect_timeout: config.connect_timeout,
            response_timeout: config.response_timeout,
        };
        connection.query::<()>(&redis::cmd("PING")).await?;
        Ok(connection)
    }

    /// Sends one command.
    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        let mut manager = self.manager()?;
        within(self.response_timeout, command.query_async(&mut manager), from_driver).await
    }

    /// Sends several commands together; there is an answer for each.
    pub(super) async fn query_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<Vec<T>> {
        let mut manager = self.manager()?;
        within(self.response_timeout, commands.query_async(&mut manager), from_driver).await
    }

    /// Runs a script by its digest; the script itself is sent only when the server does not know it.
    pub(super) async fn invoke<T: FromRedisValue>(&self, script: &Invocation) -> Result<T> {
        let mut manager = self.manager()?;
        let answer = async {
            match script.by_digest().query_async(&mut manager).await {
                Err(error) if error.kind() == redis::ErrorKind::Server(ServerErrorKind::NoScript) => {
                    script.by_source().query_async(&mut manager).await
                }
                answer => answer,
            }
        };
        within(self.response_timeout, answer, from_driver).await
    }

    pub(super) fn home(&self) -> &Home {
        &self.home
    }

    /// Waits for an answer that another task brings, for no longer than a call may take.
    pub(super) async fn in_time<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.response_timeout;
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(timed_out(limit)))
    }

    fn manager(&self) -> Result<ConnectionManager> {
        self.manager.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(fault::closed)
    }

    /// Makes ready to wait on a connection of its own, which a blocking command needs.
    pub(super) fn waiter(&self, key: &str, channel: Option<String>) -> RedisWaiter {
        RedisWaiter::new(self.client.clone(), self.connect_timeout, key, channel)
    }

    pub(super) fn close(&self) {
        let manager = self.manager.write().unwrap_or_else(PoisonError::into_inner).take();
        // Dropped after the lock is free.
        drop(manager);
    }
}

async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = RedisResult<T>>,
    translate: fn(&RedisError) -> Error,
) -> Result<T> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| translate(&error)),
        Err(_) => Err(timed_out(limit)),
    }
}

/// Has rustls use ring, unless the program chose another provider. Without one it panics.
#[cfg(feature = "tls")]
fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("response_timeout", &self.response_timeout).finish_non_exhaustive()
    }
}
