//! Entries in Redis.

use std::sync::Arc;

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

    pub(super) async fn set(&self, key: &str, value: &[u8], life: Life) -> Result<()> {
        let request = Request::command("SET", key, Effect::Idempotent).arg(value).arg("PX");
        self.router.send(&request.arg(milliseconds(life.fresh + life.stale))).await
    }

    pub(super) async fn delete(&self, key: &str, _life: Life) -> Result<bool> {
        self.router.send(&Request::command("DEL", key, Effect::Once)).await
    }
}
