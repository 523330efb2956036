//! How long all that one call asks of the store may take together.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Result;
use crate::types::limit::CallLimit;

/// What is left of the `timeout` of an object, where it has one. What a loader takes does not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    limit: CallLimit,
    spent: Duration,
}

impl Budget {
    pub(super) fn of(limit: CallLimit) -> Self {
        Self { limit, spent: Duration::ZERO }
    }

    /// Waits for one step, which is pinned by who waits so that no future holds it twice, for no longer than is left.
    pub(super) async fn spend<T>(&mut self, step: impl Future<Output = Result<T>> + Unpin) -> Result<T> {
        let Some(limit) = self.limit.duration() else { return step.await };
        let began = Instant::now();
        let answer = CallLimit::of(limit.saturating_sub(self.spent)).bound(step).await;
        self.spent += began.elapsed();
        answer
    }
}
