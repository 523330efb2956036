//! What a limit answers.

use std::time::Duration;

use crate::store::Checked;

/// What a [`RedisLimit`](crate::RedisLimit) answers: whether it may go on, and what the headers `RateLimit-*` and
/// `Retry-After` of an answer want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "whether it may go on is what was asked for"]
pub struct LimitCheck {
    pub(super) limit: u32,
    pub(super) checked: Checked,
}

impl LimitCheck {
    /// Whether as many were due as were asked for. They are taken then.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.checked.is_allowed
    }

    /// How many may go on at once at the most: the `burst`.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// How many more may go on now.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.checked.remaining
    }

    /// After which time as many are due as were refused, if nobody else goes on meanwhile; zero where none was refused.
    ///
    /// To the microsecond, and rounded up. A header in whole seconds is to be rounded up, too.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        self.checked.retry_after
    }

    /// After which time the whole `burst` is due, if nobody goes on meanwhile.
    #[must_use]
    pub fn reset_after(&self) -> Duration {
        self.checked.reset_after
    }
}
