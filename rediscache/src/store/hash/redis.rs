//! The hash in Redis: each operation is one command, or one script where no command is atomic.

use std::sync::Arc;

use super::answer::{Entries, Page};
use super::batches::{Contains, Deletes, Gets, Sets, TrackedGets, values_of};
use super::increments::{Earlier, Increments};
use crate::error::{Error, Result};
use crate::near::{Change, Coherence, Provenance};
use crate::store::compared::Compared;
use crate::store::increment::Increment;
use crate::store::packed::Packed;
use crate::store::redis::{Batcher, Effect, OneEach, Request, Router, Script, Value, answer, tracked_read};

/// About how many entries the server looks at for one page of a scan.
const PAGE: usize = 500;

static COMPARE_AND_SWAP: Script = Script::new(include_str!("compare_and_swap.lua"));
static REPLACE_ALL: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("replace_all.lua")));

/// The commands and scripts of hashes. Calls of the kinds that have a batcher are gathered by key.
#[derive(Debug)]
pub(crate) struct RedisHash {
    router: Arc<Router>,
    /// Over connections that tell of changes.
    tracking: Arc<Router>,
    gets: Arc<Batcher<Gets>>,
    tracked_gets: Arc<Batcher<TrackedGets>>,
    contains: Arc<Batcher<OneEach<Contains>>>,
    sets: Arc<Batcher<Sets>>,
    deletes: Arc<Batcher<OneEach<Deletes>>>,
    increments: Arc<Batcher<Increments>>,
    earlier: Arc<Earlier>,
}

impl RedisHash {
    pub(crate) fn new(router: &Arc<Router>, tracking: &Arc<Router>) -> Self {
        Self {
            router: Arc::clone(router),
            tracking: Arc::clone(tracking),
            gets: Batcher::new(router),
            tracked_gets: Batcher::new(tracking),
            contains: Batcher::new(router),
            sets: Batcher::new(router),
            deletes: Batcher::new(router),
            increments: Batcher::new(router),
            earlier: Arc::default(),
        }
    }

    pub(super) async fn get(&self, key: &str, field: &[u8]) -> Result<Option<Vec<u8>>> {
        self.gets.call(key, field).await.map_err(Error::without_effect)
    }

    pub(super) async fn contains(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.contains.call(key, field).await.map_err(Error::without_effect)?
    }

    pub(super) async fn set(&self, key: &str, field: &[u8], value: &[u8]) -> Result<()> {
        let _guard = self.router.guard_write(key, Change::Entry(field));
        self.sets.call(key, (field, value)).await
    }

    pub(super) async fn set_if_absent(&self, key: &str, field: &[u8], value: &[u8]) -> Result<bool> {
        let request = Request::command("HSETNX", key, Effect::Once).arg(field).arg(value);
        self.change(request, Change::Entry(field)).await
    }

    pub(super) async fn delete(&self, key: &str, field: &[u8]) -> Result<bool> {
        let _guard = self.router.guard_write(key, Change::Entry(field));
        self.deletes.call(key, field).await?
    }

    pub(super) async fn compare_and_swap(
        &self,
        key: &str,
        field: &[u8],
        old: &[u8],
        new: Option<&[u8]>,
    ) -> Result<Compared> {
        let request = Request::script(&COMPARE_AND_SWAP, key, Effect::Once).arg(field).arg(old).arg(new);
        Ok(match self.change(request, Change::Entry(field)).await? {
            Value::BulkString(stored) => Compared::Different(stored),
            Value::Nil => Compared::Absent,
            _ => Compared::Equal,
        })
    }

    pub(super) async fn increment(&self, key: &str, field: &[u8], by: &Increment) -> Result<Vec<u8>> {
        let _guard = self.router.guard_write(key, Change::Entry(field));
        self.increments.call(key, (field, by, &self.earlier)).await?
    }

    pub(super) async fn get_many(&self, key: &str, fields: &Packed) -> Result<Vec<Option<Vec<u8>>>> {
        let values = self.router.send(&Request::on_all("HMGET", key, Effect::Read, fields)).await?;
        answer::list(values, answer::bytes_if_any)
    }

    pub(super) async fn set_many(&self, key: &str, pairs: &Packed) -> Result<()> {
        let fields = self.kept(pairs.iter().step_by(2));
        self.change(Request::on_all("HSET", key, Effect::Idempotent, pairs), Change::of(&fields)).await
    }

    pub(super) async fn delete_many(&self, key: &str, fields: &Packed) -> Result<u64> {
        let changed = self.kept(fields.iter());
        self.change(Request::on_all("HDEL", key, Effect::Once, fields), Change::of(&changed)).await
    }

    pub(super) async fn replace_all(&self, key: &str, pairs: &Packed) -> Result<()> {
        let request = Request::script(&REPLACE_ALL, key, Effect::Idempotent);
        self.change(request.args(pairs.iter()), Change::All).await
    }

    pub(super) async fn entries(&self, key: &str) -> Result<Entries> {
        answer::pairs(self.router.send(&Request::command("HGETALL", key, Effect::Read)).await?)
    }

    pub(super) async fn fields(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        answer::list(self.router.send(&Request::command("HKEYS", key, Effect::Read)).await?, answer::bytes)
    }

    pub(super) async fn values(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        answer::list(self.router.send(&Request::command("HVALS", key, Effect::Read)).await?, answer::bytes)
    }

    pub(super) async fn len(&self, key: &str) -> Result<u64> {
        self.router.send(&Request::command("HLEN", key, Effect::Read)).await
    }

    pub(super) async fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<Page> {
        let cursor = cursor.unwrap_or(b"0");
        let request = Request::command("HSCAN", key, Effect::Read).arg(cursor).arg("COUNT").arg(PAGE);
        let (next, entries): (Vec<u8>, Entries) = self.router.send(&request).await?;
        Ok(Page { entries, next: (next != b"0").then_some(next) })
    }

    /// What guards what is kept of the hash in this process.
    pub(crate) fn coherence(&self, key: &str) -> Arc<Coherence> {
        self.router.coherence(key)
    }

    /// Reads a field over the connection that tells of changes, and how far the answer can be relied on.
    pub(crate) async fn tracked_get(&self, key: &str, field: &[u8]) -> Result<(Option<Vec<u8>>, Provenance)> {
        self.tracked_gets.call(key, field).await
    }

    /// As [`tracked_get`](Self::tracked_get), in the order of the fields.
    pub(crate) async fn tracked_get_many(
        &self,
        key: &str,
        fields: &Packed,
    ) -> Result<(Vec<Option<Vec<u8>>>, Provenance)> {
        let (values, provenance) = tracked_read(&self.tracking, Gets::request(key, fields)).await?;
        Ok((values_of(values, fields.len())?, provenance))
    }

    /// These fields; none when nothing is kept anyway.
    fn kept<'a>(&self, fields: impl Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
        if self.router.keeps_any() { fields.collect() } else { Vec::new() }
    }

    async fn change<T: crate::store::redis::FromRedisValue>(
        &self,
        request: Request<'_>,
        change: Change<'_>,
    ) -> Result<T> {
        let _guard = self.router.guard_write(request.key(), change);
        self.router.change(request, change).await
    }
}
