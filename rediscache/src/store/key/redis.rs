//! Keys as a whole in Redis: each operation is one command, in a script that looks first what the key holds.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::walk::{Cursor, page};
use crate::error::{ErrorKind, Result};
use crate::near::Change;
use crate::store::milliseconds::milliseconds;
use crate::store::redis::{Effect, FromRedisValue, Request, Router, Script};

static WHOLE_KEY: Script = Script::new(include_str!("whole_key.lua"));

/// The scripts on whole keys.
#[derive(Debug)]
pub(crate) struct RedisKey {
    router: Arc<Router>,
}

impl RedisKey {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router) }
    }

    pub(super) async fn clear(&self, key: &str, data: &str) -> Result<()> {
        self.change(on_whole_key("UNLINK", key, data, Effect::Idempotent)).await
    }

    pub(super) async fn expire(&self, key: &str, data: &str, after: Duration) -> Result<bool> {
        self.change(on_whole_key("PEXPIRE", key, data, Effect::Idempotent).arg(milliseconds(after))).await
    }

    pub(super) async fn expire_at(&self, key: &str, data: &str, at: SystemTime) -> Result<bool> {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.change(on_whole_key("PEXPIREAT", key, data, Effect::Idempotent).arg(milliseconds(since_epoch))).await
    }

    pub(super) async fn expiry(&self, key: &str, data: &str) -> Result<Option<Duration>> {
        // -1 is for ever, and -2 that there is no such key.
        let left: i64 = self.router.send(&on_whole_key("PTTL", key, data, Effect::Read)).await?;
        Ok(u64::try_from(left).ok().map(Duration::from_millis))
    }

    pub(super) async fn persist(&self, key: &str, data: &str) -> Result<bool> {
        // The second time, it would say that there was no expiry.
        self.change(on_whole_key("PERSIST", key, data, Effect::Once)).await
    }

    /// Guessed from some of what it holds, as the server does by itself.
    pub(super) async fn memory(&self, key: &str) -> Result<Option<u64>> {
        match self.router.send(&Request::subcommand("MEMORY", "USAGE", key, Effect::Read)).await {
            // Nobody needs the right to it, and not every server has it.
            Err(error) if error.is_forbidden() || error.kind() == ErrorKind::Unsupported => Ok(None),
            Err(error) if error.kind() == ErrorKind::Server && !error.is_retryable() => Ok(None),
            answer => answer,
        }
    }

    pub(super) async fn names(&self, key: &str, cursor: Option<Cursor>) -> Result<(Vec<String>, Option<Cursor>)> {
        page(&self.router, key, cursor).await
    }

    async fn change<T: FromRedisValue>(&self, request: Request<'_>) -> Result<T> {
        let _guard = self.router.guard_write(request.key(), Change::All);
        self.router.change(request, Change::All).await
    }
}

/// Runs a command on the key, if it holds `data` or nothing.
pub(in crate::store) fn on_whole_key<'a>(command: &str, key: &'a str, data: &str, effect: Effect) -> Request<'a> {
    Request::script(&WHOLE_KEY, key, effect).arg(data).arg(command)
}
