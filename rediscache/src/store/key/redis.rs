//! Keys as a whole in Redis: each operation is one command, in a script that looks first what the key holds.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::walk::{Cursor, page};
use crate::error::Result;
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
        self.change(Self::request("UNLINK", key, data, Effect::Idempotent)).await
    }

    pub(super) async fn expire(&self, key: &str, data: &str, after: Duration) -> Result<bool> {
        self.change(Self::request("PEXPIRE", key, data, Effect::Idempotent).arg(milliseconds(after))).await
    }

    pub(super) async fn expire_at(&self, key: &str, data: &str, at: SystemTime) -> Result<bool> {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.change(Self::request("PEXPIREAT", key, data, Effect::Idempotent).arg(milliseconds(since_epoch))).await
    }

    pub(super) async fn expiry(&self, key: &str, data: &str) -> Result<Option<Duration>> {
        // -1 is for ever, and -2 that there is no such key.
        let left: i64 = self.router.send(&Self::request("PTTL", key, data, Effect::Read)).await?;
        Ok(u64::try_from(left).ok().map(Duration::from_millis))
    }

    pub(super) async fn persist(&self, key: &str, data: &str) -> Result<bool> {
        // The second time, it would say that there was no expiry.
        self.change(Self::request("PERSIST", key, data, Effect::Once)).await
    }

    pub(super) async fn names(&self, key: &str, cursor: Option<Cursor>) -> Result<(Vec<String>, Option<Cursor>)> {
        page(&self.router, key, cursor).await
    }

    /// Runs a command on the key, if it holds `data` or nothing.
    fn request<'a>(command: &str, key: &'a str, data: &str, effect: Effect) -> Request<'a> {
        Request::script(&WHOLE_KEY, key, effect).arg(data).arg(command)
    }

    async fn change<T: FromRedisValue>(&self, request: Request<'_>) -> Result<T> {
        let _guard = self.router.guard_write(request.key(), Change::All);
        self.router.change(request, Change::All).await
    }
}
