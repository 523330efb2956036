//! How many calls are under way, so that closing can wait for them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Counts the calls under way.
///
/// Apart from what lies beside it: each call writes here, and would take that from the other processors.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct InFlight {
    under_way: AtomicUsize,
    /// Whether someone waits for the last to end.
    is_awaited: AtomicBool,
    ended: Notify,
}

/// One call, until it ends or is dropped.
#[must_use]
pub(crate) struct InFlightCall<'a>(&'a InFlight);

impl InFlight {
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) == 0
    }

    pub(crate) fn enter(&self) -> InFlightCall<'_> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        InFlightCall(self)
    }

    /// Waits until none is under way.
    pub(crate) async fn all_ended(&self) {
        self.is_awaited.store(true, Ordering::SeqCst);
        loop {
            let ended = self.ended.notified();
            // A future made before the count is read hears of what ends after that.
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    }
}

impl Drop for InFlightCall<'_> {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.is_awaited.load(Ordering::SeqCst) {
            self.0.ended.notify_waiters();
        }
    }
}
