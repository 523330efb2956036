//! Entries in Redis: each operation is one command, or one script where no command is atomic, or takes a lease for a value.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::answer::{Found, FoundPage, StoredPage};
use super::batches::{EntryDeletes, EntryGets, EntrySets, Finds, Prolongs, left_of};
use super::life::Life;
use super::name::LEASE;
use super::tracked::{TrackedFinds, entry_of, guard, scope_of};
use super::walk;
use crate::error::{Error, Result};
use crate::near::{Change, Coherence, Provenance};
use crate::store::compared::Compared;
use crate::store::increment::Increment;
use crate::store::key::{Cursor, own_page};
use crate::store::packed::{Packed, text};
use crate::store::redis::{Batch, Batcher, Effect, Request, Router, Script, Value};

static SET_IF_ABSENT: Script = Script::new(concat!(include_str!("fresh.lua"), include_str!("set_if_absent.lua")));
static SWAP: Script = Script::new(concat!(include_str!("fresh.lua"), include_str!("swap.lua")));
static EXPIRY: Script = Script::new(concat!(include_str!("fresh.lua"), include_str!("expiry.lua")));
static EXPIRE: Script = Script::new(concat!(include_str!("fresh.lua"), include_str!("expire.lua")));
static INCREMENT: Script = Script::new(concat!(
    include_str!("../redis/ask.lua"),
    include_str!("../increment/adder.lua"),
    include_str!("fresh.lua"),
    include_str!("increment.lua")
));

/// The commands and scripts of entries. Calls of the kinds that have a batcher are gathered by the server that they go to.
#[derive(Debug)]
pub(crate) struct RedisEntries {
    router: Arc<Router>,
    /// Over connections that tell of changes.
    tracking: Arc<Router>,
    gets: Arc<Batcher<EntryGets>>,
    finds: Arc<Batcher<Finds>>,
    prolongs: Arc<Batcher<Prolongs>>,
    sets: Arc<Batcher<EntrySets>>,
    deletes: Arc<Batcher<EntryDeletes>>,
    tracked_finds: Arc<Batcher<TrackedFinds>>,
}

impl RedisEntries {
    pub(crate) fn new(router: &Arc<Router>, tracking: &Arc<Router>) -> Self {
        Self {
            router: Arc::clone(router),
            tracking: Arc::clone(tracking),
            gets: Batcher::new(router),
            finds: Batcher::new(router),
            prolongs: Batcher::new(router),
            sets: Batcher::new(router),
            deletes: Batcher::new(router),
            tracked_finds: Batcher::new(tracking),
        }
    }

    pub(super) async fn get(&self, key: &str, life: &Life) -> Result<Option<Vec<u8>>> {
        let server = self.router.server_of(key);
        if life.is_idle {
            return self
                .prolongs
                .call(&server, (key, life.kept()))
                .await
                .and_then(|value| value)
                .map_err(Error::without_effect);
        }
        if life.stale.is_zero() {
            return self.gets.call(&server, key).await.and_then(|value| value).map_err(Error::without_effect);
        }
        // Not by `find`: it would hold the name of the server once more.
        let found = self.finds.call(&server, key).await.and_then(|found| found).map_err(Error::without_effect)?;
        Ok(found.filter(|found| life.fresh_left(found.left).is_some()).map(|found| found.value))
    }

    pub(super) async fn find(&self, key: &str) -> Result<Option<Found>> {
        let server = self.router.server_of(key);
        self.finds.call(&server, key).await.and_then(|found| found).map_err(Error::without_effect)
    }

    pub(super) async fn contains(&self, key: &str, life: Life) -> Result<bool> {
        if life.stale.is_zero() {
            let held: String = self.router.send(&Request::command("TYPE", key, Effect::Read)).await?;
            return Ok(held == "string");
        }
        Ok(self.expiry(key, life).await?.is_some())
    }

    pub(super) async fn set(&self, key: &str, value: &[u8], kept: i64) -> Result<()> {
        let _guard = self.guard(key);
        self.sets.call(&self.router.server_of(key), (key, value, kept)).await?
    }

    pub(super) async fn set_if_absent(&self, key: &str, value: &[u8], life: Life) -> Result<bool> {
        let _guard = self.guard(key);
        let request = Request::script(&SET_IF_ABSENT, key, Effect::Once).arg(life.stale_milliseconds());
        self.router.send(&request.arg(value).arg(life.kept())).await
    }

    pub(super) async fn delete(&self, key: &str, life: Life) -> Result<bool> {
        let _guard = self.guard(key);
        self.deletes.call(&self.router.server_of(key), (key, life.stale_milliseconds())).await?
    }

    pub(super) async fn swap(&self, key: &str, old: Option<&[u8]>, new: Option<&[u8]>, life: Life) -> Result<Compared> {
        let _guard = self.guard(key);
        let request = Request::script(&SWAP, key, Effect::Once).arg(life.stale_milliseconds()).arg(life.kept());
        let request = request.arg(if old.is_some() { "1" } else { "" }).arg(old.unwrap_or_default()).arg(new);
        Ok(match self.router.send(&request).await? {
            Value::BulkString(stored) => Compared::Different(stored),
            Value::Nil => Compared::Absent,
            _ => Compared::Equal,
        })
    }

    pub(super) async fn increment(&self, key: &str, by: &Increment, life: Life, may_be_led: bool) -> Result<Vec<u8>> {
        let _guard = self.guard(key);
        let lease = if may_be_led { vec![self.router.beside(key, LEASE)?] } else { Vec::new() };
        let mut amount = Vec::new();
        // Memory takes whatever is written.
        let _ = by.write_amount(&mut amount);
        let request = Request::script_on(&INCREMENT, key, &lease, Effect::Once).arg(life.stale_milliseconds());
        let request = request.arg(life.kept()).arg(by.notation.integer).arg(by.notation.float);
        Increment::sum_of(self.router.send(&request.args(by.range_in_lua()).arg(amount)).await?)
    }

    pub(super) async fn expire(&self, key: &str, life: Life) -> Result<bool> {
        let _guard = self.guard(key);
        let request = Request::script(&EXPIRE, key, Effect::Idempotent).arg(life.stale_milliseconds());
        self.router.send(&request.arg(life.kept())).await
    }

    pub(super) async fn expiry(&self, key: &str, life: Life) -> Result<Option<Duration>> {
        let request = Request::script(&EXPIRY, key, Effect::Read).arg(life.stale_milliseconds());
        // Where there is no value, nothing is left of it.
        let left: Option<i64> = self.router.send(&request).await?;
        Ok(left.and_then(|left| life.fresh_left(left_of(left))))
    }

    pub(super) async fn get_many(&self, _: &str, names: &Packed, life: Life) -> Result<Vec<Option<Vec<u8>>>> {
        let names = names.iter().map(text);
        if life.is_idle {
            return self
                .send_all::<Prolongs, _>(names.map(|name| (name, life.kept())))
                .await
                .map_err(Error::without_effect);
        }
        if life.stale.is_zero() {
            return self.send_all::<EntryGets, _>(names).await.map_err(Error::without_effect);
        }
        let found = self.send_all::<Finds, _>(names).await.map_err(Error::without_effect)?;
        let fresh = |found: Option<Found>| found.filter(|found| life.fresh_left(found.left).is_some());
        Ok(found.into_iter().map(|found| fresh(found).map(|found| found.value)).collect())
    }

    pub(super) async fn set_many(&self, key: &str, pairs: &Packed, life: Life) -> Result<()> {
        let (scope, changed) = self.kept(key, pairs.iter().step_by(2));
        let _guard = self.router.guard_write(&scope, Change::of(&changed));
        // By themselves, two for one name might change places.
        let mut last = std::collections::HashMap::with_capacity_and_hasher(
            pairs.len() / 2,
            foldhash::quality::RandomState::default(),
        );
        for at in (0..pairs.len()).step_by(2) {
            last.insert(pairs.get(at), at);
        }
        let is_last = |at: &usize| last.get(pairs.get(*at)) == Some(at);
        let kept = (0..pairs.len()).step_by(2).filter(is_last);
        let sets = kept.map(|at| (text(pairs.get(at)), pairs.get(at + 1), life.kept()));
        self.send_all::<EntrySets, _>(sets).await.map(drop)
    }

    pub(super) async fn delete_many(&self, key: &str, names: &Packed, life: Life) -> Result<u64> {
        let (scope, changed) = self.kept(key, names.iter());
        let _guard = self.router.guard_write(&scope, Change::of(&changed));
        let stale = life.stale_milliseconds();
        let deleted = self.send_all::<EntryDeletes, _>(names.iter().map(|name| (text(name), stale))).await?;
        Ok(deleted.into_iter().map(u64::from).sum())
    }

    pub(super) async fn scan(&self, key: &str, cursor: Option<Cursor>, life: Life) -> Result<StoredPage> {
        let prefix = format!("{key}:");
        let (own, next) = own_page(&self.router, &prefix, cursor).await?;
        // Looking does not prolong.
        let life = Life { is_idle: false, ..life };
        let values = self.get_many(key, &own.iter().collect(), life).await?;
        let rest = |name: &str| name[prefix.len()..].to_owned();
        let entries = own.iter().zip(values).filter_map(|(name, value)| Some((rest(name), value?)));
        Ok(StoredPage { entries: entries.collect(), next })
    }

    pub(super) async fn find_page(&self, key: &str, cursor: Option<Cursor>) -> Result<FoundPage> {
        let prefix = format!("{key}:");
        let (own, next) = own_page(&self.router, &prefix, cursor).await?;
        let found = self.send_all::<Finds, _>(own.iter().map(String::as_str)).await.map_err(Error::without_effect)?;
        let entries = own.iter().zip(found).filter_map(|(name, found)| Some((name[prefix.len()..].to_owned(), found?)));
        Ok(FoundPage { entries: entries.collect(), next })
    }

    pub(super) async fn clear(&self, key: &str) -> Result<()> {
        let scope = scope_of(key);
        let _guard = self.router.guard_write(&scope, Change::All);
        walk::clear(&self.router, key).await
    }

    /// Makes calls of one kind, in as few requests as hold no server for long.
    async fn send_all<B, T>(&self, calls: impl Iterator<Item = B::Call<'_>>) -> Result<Vec<T>>
    where
        B: Batch<Answer = Result<T>>,
    {
        let mut batches: Vec<B> = Vec::new();
        for call in calls {
            match batches.last_mut().filter(|batch| batch.has_room_for(&call)) {
                Some(batch) => batch.add(call),
                None => {
                    let mut batch = B::default();
                    batch.add(call);
                    batches.push(batch);
                }
            }
        }
        let sent = try_join_all(batches.into_iter().map(|batch| batch.send(&self.router, "")));
        self.router.in_time(Box::pin(sent)).await?.into_iter().flatten().collect()
    }
}

/// What this process keeps of entries.
impl RedisEntries {
    /// What guards what is kept of the object's entries in this process.
    pub(crate) fn coherence(&self, object: &str) -> Arc<Coherence> {
        self.router.coherence_of_entries(&scope_of(object))
    }

    /// Whether the entries lie on several servers.
    pub(crate) fn are_spread(&self) -> bool {
        self.router.is_cluster()
    }

    /// Reads an entry over the connection that tells of changes, and how far the answer can be relied on.
    pub(crate) async fn tracked_find(&self, name: &str) -> Result<(Option<Found>, Provenance)> {
        self.tracked_finds.call(entry_of(name).0, name).await.and_then(|found| found).map_err(Error::without_effect)
    }

    /// As [`tracked_find`](Self::tracked_find), in the order of the names, which are all of one object.
    pub(crate) async fn tracked_find_many(&self, names: &Packed) -> Result<Vec<(Option<Found>, Provenance)>> {
        let mut finds = TrackedFinds::default();
        names.iter().for_each(|name| finds.add(text(name)));
        let scope = names.iter().next().map_or("", |name| entry_of(text(name)).0);
        let found = self.tracking.in_time(Box::pin(finds.send(&self.tracking, scope))).await;
        found.map_err(Error::without_effect)?.into_iter().map(|found| found.map_err(Error::without_effect)).collect()
    }

    /// Says that what is kept of this entry is about to change, until the guard is dropped.
    fn guard<'a>(&'a self, name: &'a str) -> impl Sized + use<'a> {
        guard(&self.router, name)
    }

    /// The scope of the object, and what these entries of it are called there; none when nothing is kept anyway.
    fn kept<'a>(&self, object: &str, names: impl Iterator<Item = &'a [u8]>) -> (String, Vec<&'a [u8]>) {
        if !self.router.keeps_any() {
            return (String::new(), Vec::new());
        }
        (scope_of(object), names.map(|name| entry_of(text(name)).1).collect())
    }
}
