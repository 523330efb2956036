//! Limits in Redis: one script, by the server's clock, which says what stands; what comes of that, [`Rate`] says.

use std::sync::Arc;

use futures_util::future::join_all;

use super::batch::Checks;
use super::rate::{Checked, Rate, SubjectPage};
use crate::error::Result;
use crate::refusal;
use crate::store::key::{Cursor, found_at, own_page};
use crate::store::redis::{Batcher, Router};

#[derive(Debug)]
pub(crate) struct RedisLimits {
    router: Arc<Router>,
    checks: Arc<Batcher<Checks>>,
}

impl RedisLimits {
    pub(crate) fn new(router: &Arc<Router>) -> Self {
        Self { router: Arc::clone(router), checks: Batcher::new(router) }
    }

    pub(super) async fn check(&self, key: &str, rate: Rate, turns: u32) -> Result<Checked> {
        let ahead = self.checks.call(&self.router.server_of(key), (key, rate, turns)).await??;
        let ahead = ahead.ok_or_else(refusal::wrong_type)?;
        Ok(rate.check(u64::try_from(ahead).map_err(|_| refusal::unexpected())?, turns).0)
    }

    pub(super) async fn page(&self, key: &str, rate: Rate, cursor: Option<Cursor>) -> Result<SubjectPage> {
        let prefix = format!("{key}:");
        let (own, next) = own_page(&self.router, &prefix, cursor).await?;
        let checked = join_all(own.iter().map(|name| self.check(name, rate, 0))).await;
        let mut subjects = Vec::with_capacity(own.len());
        for (name, checked) in own.iter().zip(checked) {
            let checked = found_at(checked.map(Some))?;
            subjects.extend(checked.map(|checked| (name[prefix.len()..].to_owned(), checked)));
        }
        Ok(SubjectPage { subjects, next })
    }
}
