//! The Redis store: each operation as one command, or one script where no command is atomic.

mod connection;
mod error;
mod hash;
mod lifetime;
mod list;
mod script;
mod task;
mod waiter;

use connection::Connection;
pub(crate) use waiter::RedisWaiter;

use crate::config::Config;
use crate::error::Result;

/// One database of one server, over one shared connection.
#[derive(Debug)]
pub(crate) struct RedisStore {
    connection: Connection,
}

impl RedisStore {
    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        Ok(Self { connection: Connection::open(config).await? })
    }

    pub(crate) fn waiter(&self, key: &str, channel: Option<String>) -> RedisWaiter {
        self.connection.waiter(key, channel)
    }

    pub(crate) fn close(&self) {
        self.connection.close();
    }
}
