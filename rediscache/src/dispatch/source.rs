//! Where a dispatcher takes items from, and puts them back to.

use std::future::Future;
use std::sync::Arc;

use tokio::time::Instant;

use crate::error::Result;
use crate::store::{Store, Whereabouts};

/// Where a dispatcher takes its items from.
pub(crate) trait Source: Sized + Send + Sync + 'static {
    type Item: Send + Sync + 'static;

    /// What becomes of an item that nobody is to have now.
    type Ending: Copy + Send + Sync + 'static;

    /// That of an item which its receiver could not read.
    const UNREADABLE: Self::Ending;

    /// The Redis key that gets items, which is what is waited on.
    fn key(&self) -> &str;

    /// The suffix of the channel where it is told that something will be due.
    fn channel(&self) -> Option<&'static str> {
        None
    }

    /// Whether there is something to [do](Self::tick) before items are looked for.
    fn is_late(&self) -> bool {
        false
    }

    /// Looks for an item for each of these tickets, and for no other; what there is arrives in line before this is ready, in the
    /// order of all looks. Whether there were as many. Dropped on its way, it may have been done.
    fn look(self: &Arc<Self>, store: &Store, tickets: &[u64]) -> impl Future<Output = Result<bool>> + Send;

    /// Puts items, given in the order in which they were taken, back to the end they came from. Asked again with the same
    /// token, it does nothing.
    fn put_back(&self, store: &Store, items: &[&Self::Item], token: u64) -> impl Future<Output = Result<()>> + Send;

    /// Puts items where their ending has them; where each is then. Asked again with the same token, it does nothing.
    fn end(
        &self,
        store: &Store,
        ended: &[(&Self::Item, Self::Ending)],
        token: u64,
    ) -> impl Future<Output = Result<Vec<Whereabouts>>> + Send;

    /// Lets go of what was handed out, since the session closes.
    fn leave(&self, _store: &Store) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// When there is something to do besides taking, for those who wait and for what is held.
    fn next_tick(&self) -> Option<Instant> {
        None
    }

    /// Whether something was handed out that needs ticks though nobody asks for more. Where nothing was, the dispatcher is told
    /// when something is.
    fn is_watched(&self) -> bool {
        false
    }

    /// Does what there is to do besides taking.
    fn tick(&self, _store: &Store) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}
