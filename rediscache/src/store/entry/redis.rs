//! Entries in Redis.

use std::sync::Arc;
use std::time::Duration;

use super::life::Life;
use crate::error::Result;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Effect, Request, Router};

/// The commands and scripts of entries.
#[derive(Debug)]
pub(crate) struct RedisEntries {
    router: Arc<Router>,
}

impl RedisEntries {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router) }
    }

    pub(super) async fn get(&self, key: &str, _life: Life) -> Result<Option<Vec<u8>>> {
        // Not `GET`, which refuses a lease: to `MGET` it is nothing.
        let (value,): (Option<Vec<u8>>,) = self.router.send(&Request::command("MGET", key, Effect::Read)).await?;
        Ok(value)
    }

    pub(super) async fn peek(&self, key: &str) -> Result<Option<(Vec<u8>, Option<Duration>)>> {
        // In this order: a value that is stored between the two is taken for older than it is.
        let request = Request::command("PTTL", key, Effect::Read).and_read("MGET");
        let (left, (value,)): (i64, (Option<Vec<u8>>,)) = self.router.send(&request).await?;
        let left = u64::try_from(left).ok().map(Duration::from_millis);
        Ok(value.map(|value| (value, left)))
    }

    pub(super) async fn set(&self, key: &str, value: &[u8], life: Life) -> Result<()> {
        let request = Request::command("SET", key, Effect::Idempotent).arg(value).arg("PX");
        self.router.send(&request.arg(milliseconds(life.fresh + life.stale))).await
    }

    pub(super) async fn delete(&self, key: &str, _life: Life) -> Result<bool> {
        self.router.send(&Request::command("DEL", key, Effect::Once)).await
    }
}
