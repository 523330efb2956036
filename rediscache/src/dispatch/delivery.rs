//! An item on its way to whoever asked for it, and what dispatchers are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::hands::EndedItem;
use super::source::Source;
use crate::error::{Error, Result};
use crate::refusal;
use crate::store::{OpenStore, Whereabouts};

/// How long someone is ready to wait for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Takes what is there now.
    No,
    Forever,
}

/// An item that its receiver could not read.
pub(crate) struct UnreadItem {
    /// Why not.
    pub(crate) error: Error,
    /// Where it is now; otherwise it is kept until it is there.
    pub(crate) aside: Result<Whereabouts>,
}

pub(super) enum DispatcherMessage<S: Source> {
    /// Someone asks who does not look.
    Asked,
    /// Someone has looked, and waits.
    Waits,
    /// The last who waited is gone.
    Left,
    /// Something is held again.
    Holds,
    /// What was on its way when something was to go back is here.
    Landed,
    /// An item that arrived for nobody, with its place in the order in which items were taken.
    Returned(u64, S::Item, OpenStore),
    /// An item that nobody is to have now.
    Ended(EndedItem<S>, OpenStore),
}

/// What one who asked is told; nothing only where they do not wait.
pub(super) type Answer<S> = Result<Option<Delivery<S>>>;

/// An item on its way to the one who asked. Dropped on the way, it goes back to the dispatcher.
pub(crate) struct Delivery<S: Source> {
    /// `None` once it is read, or taken back.
    item: Option<S::Item>,
    /// Its place in the order in which items were taken.
    place: u64,
    issuer: Arc<Issuer<S>>,
    dispatcher: UnboundedSender<DispatcherMessage<S>>,
    store: OpenStore,
}

/// Where deliveries come from.
pub(super) struct Issuer<S: Source> {
    pub(super) source: Arc<S>,
    /// How many items are on their way back: who asks meanwhile does not come before them.
    pub(super) returning: AtomicUsize,
}

impl<S: Source> Delivery<S> {
    pub(super) fn new(
        place: u64,
        item: S::Item,
        issuer: Arc<Issuer<S>>,
        dispatcher: UnboundedSender<DispatcherMessage<S>>,
        store: OpenStore,
    ) -> Self {
        Self { item: Some(item), place, issuer, dispatcher, store }
    }

    /// The item, before it is read.
    pub(crate) fn item(&self) -> Option<&S::Item> {
        self.item.as_ref()
    }

    pub(crate) fn source(&self) -> &Arc<S> {
        &self.issuer.source
    }

    /// Hands the item to `read`; one that cannot be read is put aside by the dispatcher first.
    pub(crate) async fn read<T>(
        mut self,
        read: impl FnOnce(&S::Item) -> Result<T>,
    ) -> std::result::Result<(S::Item, T), UnreadItem> {
        let Some(item) = self.item.take() else { unreachable!("a delivery is read once, by value") };
        let error = match read(&item) {
            Ok(value) => return Ok((item, value)),
            Err(error) => error,
        };
        let (told, outcome) = oneshot::channel();
        let ended = EndedItem { place: self.place, item, ending: S::UNREADABLE, told: Some(told) };
        self.issuer.returning.fetch_add(1, Ordering::SeqCst);
        let _ = self.dispatcher.send(DispatcherMessage::Ended(ended, self.store.clone()));
        // Not a hold on the dispatcher while it is waited for.
        drop(self);
        Err(UnreadItem { error, aside: outcome.await.unwrap_or_else(|_| Err(refusal::interrupted())) })
    }

    /// Takes the item back from one who is gone.
    pub(super) fn take_back(mut self) -> Option<S::Item> {
        self.item.take()
    }
}

impl<S: Source> Drop for Delivery<S> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.issuer.returning.fetch_add(1, Ordering::SeqCst);
            // A dispatcher that is gone went with its runtime, as in a crash.
            let _ = self.dispatcher.send(DispatcherMessage::Returned(self.place, item, self.store.clone()));
        }
    }
}
