//! The Redis store: each operation as one command, or one script where no command is atomic.

mod batch;
mod connection;
mod error;
mod gather;
mod hash;
mod lifetime;
mod list;
mod script;
mod task;
mod waiter;

use std::sync::Arc;

use batch::{Contains, Deletes, Finishes, Gets, Increments, Pushes, Sets};
use connection::Connection;
use gather::Gather;
pub(crate) use waiter::RedisWaiter;

use crate::backend::Home;
use crate::config::Config;
use crate::error::Result;

/// One database of one server, over one shared connection. Frequent calls on one key are gathered.
#[derive(Debug)]
pub(crate) struct RedisStore {
    connection: Arc<Connection>,
    gets: Gather<Gets>,
    contains: Gather<Contains>,
    sets: Gather<Sets>,
    deletes: Gather<Deletes>,
    increments: Gather<Increments>,
    pushes: Gather<Pushes>,
    finishes: Gather<Finishes>,
}

impl RedisStore {
    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        let connection = Arc::new(Connection::open(config).await?);
        Ok(Self {
            gets: Gather::new(&connection),
            contains: Gather::new(&connection),
            sets: Gather::new(&connection),
            deletes: Gather::new(&connection),
            increments: Gather::new(&connection),
            pushes: Gather::new(&connection),
            finishes: Gather::new(&connection),
            connection,
        })
    }

    pub(crate) fn home(&self) -> &Home {
        self.connection.home()
    }

    pub(crate) fn waiter(&self, key: &str, channel: Option<String>) -> RedisWaiter {
        self.connection.waiter(key, channel)
    }

    pub(crate) fn close(&self) {
        self.connection.close();
    }
}
