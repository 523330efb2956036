//! How those who ask look for items themselves, without waiting for the dispatcher.

use std::future::Future;
use std::sync::Arc;

use super::line::Line;
use super::source::Source;
use crate::error::Result;
use crate::store::{Store, WeakStore};

/// A source where those who ask may look themselves; by default, they may not.
pub(crate) trait Looks: Source {
    /// Told of those who ask, once.
    fn begin(self: &Arc<Self>, _line: &Arc<Line<Self>>, _store: &WeakStore)
    where
        Self: Sized,
    {
    }

    /// Whether those who ask look for themselves now, by [`look`](Self::look).
    fn may_look(&self) -> bool {
        false
    }

    /// Looks for an item for the one with this ticket, and for no other; what there is arrives in line before this is ready.
    /// Dropped on its way, it may have been done.
    fn look(self: &Arc<Self>, _store: &Store, _ticket: u64) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}
