//! The set in Redis: each operation is one command, or one script where no command is atomic.

use std::sync::Arc;

use super::answer::MemberPage;
use super::batches::{Lookups, look_up};
use super::change::{Adds, Changes, EarlierChanges, Removals};
use crate::error::{Error, Result};
use crate::store::packed::Packed;
use crate::store::redis::{Batcher, Effect, Request, Router, Script, answer};

/// About how many members the server looks at for one page of a scan.
const PAGE: usize = 500;

static REPLACE_ALL: Script = Script::new(concat!(include_str!("../redis/ask.lua"), include_str!("replace_all.lua")));
static COMBINE: Script = Script::new(include_str!("combine.lua"));

/// The commands and scripts of sets. Calls of the kinds that have a batcher are gathered by key.
#[derive(Debug)]
pub(crate) struct RedisMembers {
    router: Arc<Router>,
    adds: Arc<Batcher<Changes<Adds>>>,
    removals: Arc<Batcher<Changes<Removals>>>,
    lookups: Arc<Batcher<Lookups>>,
    earlier: Arc<EarlierChanges>,
}

impl RedisMembers {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self {
            router: Arc::clone(router),
            adds: Batcher::new(router),
            removals: Batcher::new(router),
            lookups: Batcher::new(router),
            earlier: Arc::default(),
        }
    }

    pub(super) async fn add(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.adds.call(key, (member, &self.earlier)).await?
    }

    pub(super) async fn remove(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.removals.call(key, (member, &self.earlier)).await?
    }

    pub(super) async fn contains(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.lookups.call(key, member).await.map_err(Error::without_effect)
    }

    pub(super) async fn add_many(&self, key: &str, members: &Packed) -> Result<u64> {
        self.router.send(&Request::on_all("SADD", key, Effect::Once, members)).await
    }

    pub(super) async fn remove_many(&self, key: &str, members: &Packed) -> Result<u64> {
        self.router.send(&Request::on_all("SREM", key, Effect::Once, members)).await
    }

    pub(super) async fn contains_many(&self, key: &str, members: &Packed) -> Result<Vec<bool>> {
        look_up(&self.router, key, members).await
    }

    pub(super) async fn replace_all(&self, key: &str, members: &Packed) -> Result<()> {
        let request = Request::script(&REPLACE_ALL, key, Effect::Idempotent);
        self.router.send(&request.args(members.iter())).await
    }

    pub(super) async fn members(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        answer::list(self.router.send(&Request::command("SMEMBERS", key, Effect::Read)).await?, answer::bytes)
    }

    pub(super) async fn random(&self, key: &str) -> Result<Option<Vec<u8>>> {
        answer::bytes_if_any(self.router.send(&Request::command("SRANDMEMBER", key, Effect::Read)).await?)
    }

    pub(super) async fn len(&self, key: &str) -> Result<u64> {
        self.router.send(&Request::command("SCARD", key, Effect::Read)).await
    }

    pub(super) async fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<MemberPage> {
        let cursor = cursor.unwrap_or(b"0");
        let request = Request::command("SSCAN", key, Effect::Read).arg(cursor).arg("COUNT").arg(PAGE);
        let (next, members) = answer::page(self.router.send(&request).await?)?;
        Ok(MemberPage { members: answer::list(members, answer::bytes)?, next })
    }

    pub(super) async fn union(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine("SUNION", key, others).await
    }

    pub(super) async fn intersection(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine("SINTER", key, others).await
    }

    pub(super) async fn difference(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine("SDIFF", key, others).await
    }

    async fn combine(&self, command: &str, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        let request = Request::script_on(&COMBINE, key, others, Effect::Read).arg(command);
        answer::list(self.router.send(&request).await?, answer::bytes)
    }
}
