//! The Redis store: each operation as one command, or one script where no command is atomic.

mod announcement;
mod attempt;
mod batch;
mod batcher;
mod cluster;
mod connection;
mod connector;
mod error;
mod hash;
mod invalidation_listener;
mod lifetime;
mod list;
mod near;
mod pending;
mod request;
mod router;
mod script;
mod sentinel;
mod task;
mod topology;
mod transaction;
mod waiter;
mod watched_keys;

use std::future::Future;
use std::sync::Arc;

use batch::{Contains, Deletes, Finishes, Gets, Increments, NearGets, Pushes, Sets};
use batcher::Batcher;
use router::Router;
pub(crate) use waiter::RedisWaiter;

use crate::backend::{Background, Calls};
use crate::config::{Config, Deployment};
use crate::error::Result;

/// One database of one server, over one shared connection. Frequent calls on one key are gathered.
#[derive(Debug)]
pub(crate) struct RedisStore {
    router: Arc<Router>,
    calls: Calls,
    /// Tells of changes to what is read over it.
    near: Arc<Router>,
    near_gets: Arc<Batcher<NearGets>>,
    gets: Arc<Batcher<Gets>>,
    contains: Arc<Batcher<Contains>>,
    sets: Arc<Batcher<Sets>>,
    deletes: Arc<Batcher<Deletes>>,
    increments: Arc<Batcher<Increments>>,
    pushes: Arc<Batcher<Pushes>>,
    finishes: Arc<Batcher<Finishes>>,
}

impl RedisStore {
    pub(crate) async fn connect(deployment: &Deployment, config: &Config) -> Result<Self> {
        let router = Arc::new(Router::open(deployment, config).await?);
        let near = Arc::new(router.telling(config));
        Ok(Self {
            near_gets: Batcher::new(&near),
            near,
            gets: Batcher::new(&router),
            contains: Batcher::new(&router),
            sets: Batcher::new(&router),
            deletes: Batcher::new(&router),
            increments: Batcher::new(&router),
            pushes: Batcher::new(&router),
            finishes: Batcher::new(&router),
            router,
            calls: Calls::default(),
        })
    }

    pub(crate) fn background(&self) -> &Background {
        self.router.background()
    }

    pub(crate) async fn in_time<T>(&self, calls: impl Future<Output = Result<T>>) -> Result<T> {
        self.router.in_time(calls).await
    }

    /// Those under way.
    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }

    pub(crate) fn fails_over(&self) -> bool {
        self.router.fails_over()
    }

    pub(crate) fn beside(&self, key: &str, suffix: &str) -> Result<String> {
        self.router.beside(key, suffix)
    }

    pub(crate) fn waiter(&self, key: &str, announced: Option<&str>) -> RedisWaiter {
        // Where a key has no place for others beside it, what is done with it says so.
        let channel = announced.and_then(|suffix| self.beside(key, suffix).ok());
        self.router.waiter(key, channel)
    }

    pub(crate) fn close(&self) {
        self.router.close();
        self.near.close();
        self.router.watched.end();
    }
}
