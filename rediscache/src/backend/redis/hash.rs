use redis::{Cmd, Value, cmd};

use super::request::Effect;
use super::watched_keys::WriteGuard;
use super::{RedisStore, script};
use crate::backend::near::Change;
use crate::backend::{Compared, Entries, Increment, Packed, Page};
use crate::error::{Error, Result};

/// About how many entries the server looks at for one page of a scan.
const PAGE: usize = 500;

impl RedisStore {
    pub(crate) async fn get(&self, key: &str, field: &[u8]) -> Result<Option<Vec<u8>>> {
        self.gets.call(key, field).await.map_err(Error::without_effect)
    }

    pub(crate) async fn contains(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.contains.call(key, field).await.map_err(Error::without_effect)?
    }

    pub(crate) async fn set(&self, key: &str, field: &[u8], value: &[u8]) -> Result<()> {
        let _guard = self.guard_write(key, Change::Field(field));
        self.sets.call(key, (field, value)).await
    }

    pub(crate) async fn set_if_absent(&self, key: &str, field: &[u8], value: &[u8]) -> Result<bool> {
        let _guard = self.guard_write(key, Change::Field(field));
        self.router.change(cmd("HSETNX").arg(key).arg(field).arg(value), key, Change::Field(field)).await
    }

    pub(crate) async fn delete(&self, key: &str, field: &[u8]) -> Result<bool> {
        let _guard = self.guard_write(key, Change::Field(field));
        self.deletes.call(key, field).await?
    }

    pub(crate) async fn compare_and_swap(
        &self,
        key: &str,
        field: &[u8],
        old: &[u8],
        new: Option<&[u8]>,
    ) -> Result<Compared> {
        let _guard = self.guard_write(key, Change::Field(field));
        let mut script = script::COMPARE_AND_SWAP.key(key);
        script.arg(field).arg(old).arg(new);
        Ok(match self.router.change_by(&script, key, Change::Field(field)).await? {
            Value::BulkString(stored) => Compared::Different(stored),
            Value::Nil => Compared::Absent,
            _ => Compared::Equal,
        })
    }

    pub(crate) async fn increment(&self, key: &str, field: &[u8], by: &Increment) -> Result<Vec<u8>> {
        let _guard = self.guard_write(key, Change::Field(field));
        self.increments.call(key, (field, by)).await?
    }

    pub(crate) async fn get_many(&self, key: &str, fields: &Packed) -> Result<Vec<Option<Vec<u8>>>> {
        self.router.query(&with_all("HMGET", key, fields)).await
    }

    pub(crate) async fn set_many(&self, key: &str, pairs: &Packed) -> Result<()> {
        let fields = self.touched(pairs.iter().step_by(2));
        let _guard = self.guard_write(key, Change::of(&fields));
        self.router.change(&with_all("HSET", key, pairs), key, Change::of(&fields)).await
    }

    pub(crate) async fn delete_many(&self, key: &str, fields: &Packed) -> Result<u64> {
        let touched = self.touched(fields.iter());
        let _guard = self.guard_write(key, Change::of(&touched));
        self.router.change(&with_all("HDEL", key, fields), key, Change::of(&touched)).await
    }

    pub(crate) async fn replace_all(&self, key: &str, pairs: &Packed) -> Result<()> {
        let _guard = self.guard_write(key, Change::All);
        let mut script = script::REPLACE_ALL.key(key);
        script.has_effect(Effect::Idempotent);
        for part in pairs.iter() {
            script.arg(part);
        }
        self.router.change_by(&script, key, Change::All).await
    }

    pub(crate) async fn entries(&self, key: &str) -> Result<Entries> {
        self.router.query(cmd("HGETALL").arg(key)).await
    }

    pub(crate) async fn fields(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.router.query(cmd("HKEYS").arg(key)).await
    }

    pub(crate) async fn values(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.router.query(cmd("HVALS").arg(key)).await
    }

    pub(crate) async fn len(&self, key: &str) -> Result<u64> {
        self.router.query(cmd("HLEN").arg(key)).await
    }

    pub(crate) async fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<Page> {
        let cursor = cursor.unwrap_or(b"0");
        let mut command = cmd("HSCAN");
        command.arg(key).arg(cursor).arg("COUNT").arg(PAGE);
        let (next, entries): (Vec<u8>, Entries) = self.router.query(&command).await?;
        Ok(Page { entries, next: (next != b"0").then_some(next) })
    }

    /// Says that what is kept of this key in this process is about to change, until the guard is dropped.
    pub(super) fn guard_write<'a>(&'a self, key: &'a str, change: Change<'a>) -> WriteGuard<'a> {
        self.router.watched.guard_write(key, change)
    }

    /// These fields; none when nothing is kept anyway.
    fn touched<'a>(&self, fields: impl Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
        if self.router.watched.is_used() { fields.collect() } else { Vec::new() }
    }
}

/// A command on all of `parts`, in one buffer of the right size.
pub(super) fn with_all(name: &str, key: &str, parts: &Packed) -> Cmd {
    let mut command = Cmd::with_capacity(parts.len() + 2, parts.bytes() + key.len() + name.len());
    command.arg(name).arg(key);
    for part in parts.iter() {
        command.arg(part);
    }
    command
}
