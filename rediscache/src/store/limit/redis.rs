//! Limits in Redis: one script, by the server's clock.

use std::sync::Arc;
use std::time::Duration;

use super::batch::Checks;
use super::rate::{Checked, Rate};
use crate::error::Result;
use crate::refusal;
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
        let answer = self.checks.call(&self.router.server_of(key), (key, rate, turns)).await??;
        let (is_allowed, remaining, retry_after, reset_after) = answer.ok_or_else(refusal::wrong_type)?;
        let [retry_after, reset_after] = [retry_after, reset_after].map(Duration::from_micros);
        Ok(Checked { is_allowed, remaining, retry_after, reset_after })
    }
}
