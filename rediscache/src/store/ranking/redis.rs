//! The ranking in Redis, a sorted set: each operation is one command, or one script where no command is atomic.

use std::ops::Bound;
use std::sync::Arc;

use super::answer::{ScoreRange, Scored, ScoredPage};
use super::batches::ScoreIncrements;
use super::step::ScoreStep;
use crate::error::Result;
use crate::store::packed::Packed;
use crate::store::redis::{Batcher, Effect, Request, Router, Script, answer};

/// About how many members the server looks at for one page of a scan.
const PAGE: usize = 500;

/// More places than a ranking has, and few enough for scripts to count with.
const MOST_PLACES: u64 = 1 << 48;

static AROUND: Script = Script::new(include_str!("around.lua"));

/// The commands and scripts of rankings. Increments are gathered by key.
#[derive(Debug)]
pub(crate) struct RedisScores {
    router: Arc<Router>,
    increments: Arc<Batcher<ScoreIncrements>>,
}

impl RedisScores {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), increments: Batcher::new(router) }
    }

    pub(super) async fn set(&self, key: &str, member: &[u8], score: f64) -> Result<()> {
        self.router.send(&Request::command("ZADD", key, Effect::Idempotent).arg(score).arg(member)).await
    }

    pub(super) async fn increment(&self, key: &str, member: &[u8], by: &ScoreStep) -> Result<f64> {
        self.increments.call(key, (member, by)).await?
    }

    pub(super) async fn score(&self, key: &str, member: &[u8]) -> Result<Option<f64>> {
        let request = Request::command("ZSCORE", key, Effect::Read).arg(member);
        answer::score_if_any(self.router.send(&request).await?)
    }

    pub(super) async fn rank(&self, key: &str, member: &[u8]) -> Result<Option<u64>> {
        self.router.send(&Request::command("ZREVRANK", key, Effect::Read).arg(member)).await
    }

    pub(super) async fn remove(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.router.send(&Request::command("ZREM", key, Effect::Once).arg(member)).await
    }

    pub(super) async fn around(&self, key: &str, member: &[u8], places: u64) -> Result<Scored> {
        let request = Request::script(&AROUND, key, Effect::Read).arg(member).arg(places.min(MOST_PLACES));
        answer::scored(self.router.send(&request).await?)
    }

    pub(super) async fn set_many(&self, key: &str, members: &Packed, scores: &[f64]) -> Result<()> {
        let mut request = Request::command("ZADD", key, Effect::Idempotent);
        for (member, score) in members.iter().zip(scores) {
            request = request.arg(*score).arg(member);
        }
        self.router.send(&request).await
    }

    pub(super) async fn top(&self, key: &str, count: u64) -> Result<Scored> {
        self.page(key, 0, count).await
    }

    pub(super) async fn page(&self, key: &str, first: u64, count: u64) -> Result<Scored> {
        let end = first.saturating_add(count).min(MOST_PLACES);
        let Some(last) = end.checked_sub(1).filter(|last| *last >= first) else { return Ok(Vec::new()) };
        let request = Request::command("ZRANGE", key, Effect::Read).arg(first).arg(last).arg("REV").arg("WITHSCORES");
        answer::scored(self.router.send(&request).await?)
    }

    pub(super) async fn within(&self, key: &str, range: &ScoreRange) -> Result<Scored> {
        let request = Request::command("ZRANGE", key, Effect::Read).arg(end(range.1, "+inf")).arg(end(range.0, "-inf"));
        answer::scored(self.router.send(&request.arg("BYSCORE").arg("REV").arg("WITHSCORES")).await?)
    }

    pub(super) async fn remove_below(&self, key: &str, score: f64) -> Result<u64> {
        let request = Request::command("ZREMRANGEBYSCORE", key, Effect::Once).arg("-inf");
        self.router.send(&request.arg(end(Bound::Excluded(score), "-inf"))).await
    }

    pub(super) async fn len(&self, key: &str) -> Result<u64> {
        self.router.send(&Request::command("ZCARD", key, Effect::Read)).await
    }

    pub(super) async fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<ScoredPage> {
        let cursor = cursor.unwrap_or(b"0");
        let request = Request::command("ZSCAN", key, Effect::Read).arg(cursor).arg("COUNT").arg(PAGE);
        let (next, members) = answer::page(self.router.send(&request).await?)?;
        Ok(ScoredPage { members: answer::scored(members)?, next })
    }
}

/// One end of a range, as the server takes it.
fn end(end: Bound<f64>, without: &str) -> String {
    match end {
        Bound::Included(score) => format!("{score:e}"),
        Bound::Excluded(score) => format!("({score:e}"),
        Bound::Unbounded => without.to_owned(),
    }
}
