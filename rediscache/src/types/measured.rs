//! One call as it is counted: when it began, how long it took, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use super::object::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::near::now;
use crate::stats::{ObjectCounts, RecordedCall};

/// As powers of two. One call in so many is timed, and stands for them, where none other is under way at the server: to look at the
/// clock twice takes the hundredth part of a round trip.
const QUIET: u32 = 3;

/// One in so many is timed elsewhere: it takes a tenth of a call of a store in this process, and a thirtieth of the work for one of
/// many that are under way together.
const BUSY: u32 = 6;

/// The lowest bits of a call that is timed for nobody but a recorder.
const UNCOUNTED: u64 = 7;

/// A call that has begun. Dropped before it ended, it stays counted as a call and as nothing else.
#[must_use]
pub(super) struct Measured {
    counts: Arc<ObjectCounts>,
    /// When it began, in nanoseconds, of which the lowest three bits are the power of two that says for how many calls it
    /// stands; zero where it is not timed.
    began: u64,
}

impl Measured {
    /// Counts a call that begins.
    #[inline]
    pub(super) fn begin(at: &Target) -> Self {
        let counts = Arc::clone(at.counts());
        let before = counts.begin();
        let power = if at.open_store().while_closing().is_idle() { QUIET } else { BUSY };
        let began = if before & ((1 << power) - 1) == 0 {
            now() & !UNCOUNTED | u64::from(power)
        } else if counts.is_recorded() {
            now() | UNCOUNTED
        } else {
            0
        };
        Self { counts, began }
    }

    /// Counts that a call was given up after this time, which was dropped for that.
    pub(super) fn fail_late(at: &Target, operation: &'static str, after: Option<Duration>, kind: ErrorKind) {
        let nanoseconds = u64::try_from(after.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
        let counts = at.counts();
        counts.fail(kind);
        counts.took(nanoseconds, 1);
        counts.record(RecordedCall { operation, nanoseconds, failure: Some(kind) });
    }

    /// Counts what came of it.
    #[inline]
    pub(super) fn end<T>(self, operation: &'static str, outcome: &Result<T>) {
        self.end_with(operation, outcome.as_ref().err().map(Error::kind));
    }

    #[inline]
    pub(super) fn end_with(self, operation: &'static str, failure: Option<ErrorKind>) {
        if failure.is_some() || self.began > 0 {
            self.note(operation, failure);
        }
    }

    #[cold]
    fn note(&self, operation: &'static str, failure: Option<ErrorKind>) {
        if let Some(kind) = failure {
            self.counts.fail(kind);
        }
        if self.began == 0 {
            return;
        }
        let (began, power) = (self.began & !UNCOUNTED, self.began & UNCOUNTED);
        let nanoseconds = now().saturating_sub(began);
        if power != UNCOUNTED {
            self.counts.took(nanoseconds, 1 << power);
        }
        self.counts.record(RecordedCall { operation, nanoseconds, failure });
    }
}
