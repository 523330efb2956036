use std::time::{Duration, SystemTime};

use redis::FromRedisValue;

use super::request::Effect;
use super::{RedisStore, script};
use crate::backend::near::Change;
use crate::backend::{DataType, milliseconds};
use crate::error::Result;

impl RedisStore {
    pub(crate) async fn clear(&self, key: &str, data: DataType) -> Result<()> {
        let _guard = self.guard_write(key, Change::All);
        self.on_key(key, data, "UNLINK", None).await
    }

    pub(crate) async fn expire(&self, key: &str, data: DataType, after: Duration) -> Result<bool> {
        let _guard = self.guard_write(key, Change::All);
        self.on_key(key, data, "PEXPIRE", Some(milliseconds(after))).await
    }

    pub(crate) async fn expire_at(&self, key: &str, data: DataType, at: SystemTime) -> Result<bool> {
        let _guard = self.guard_write(key, Change::All);
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.on_key(key, data, "PEXPIREAT", Some(milliseconds(since_epoch))).await
    }

    pub(crate) async fn expiry(&self, key: &str, data: DataType) -> Result<Option<Duration>> {
        // -1 is for ever, and -2 that there is no such key.
        let left: i64 = self.on_key(key, data, "PTTL", None).await?;
        Ok(u64::try_from(left).ok().map(Duration::from_millis))
    }

    pub(crate) async fn persist(&self, key: &str, data: DataType) -> Result<bool> {
        let _guard = self.guard_write(key, Change::All);
        self.on_key(key, data, "PERSIST", None).await
    }

    /// Runs a command on the key, if it holds `data` or nothing.
    async fn on_key<T: FromRedisValue>(
        &self,
        key: &str,
        data: DataType,
        command: &str,
        argument: Option<i64>,
    ) -> Result<T> {
        let data = match data {
            DataType::Hash => "hash",
            DataType::List => "list",
        };
        let mut script = script::WHOLE_KEY.key(key);
        script.arg(data).arg(command).arg(argument);
        script.has_effect(match command {
            "PTTL" => Effect::Read,
            // The second time, it would say that there was no expiry.
            "PERSIST" => Effect::Once,
            _ => Effect::Idempotent,
        });
        match command {
            "PTTL" => self.router.invoke(&script).await,
            _ => self.router.change_by(&script, key, Change::All).await,
        }
    }
}
