use tokio::sync::mpsc::UnboundedSender;

use super::{Message, Source};
use crate::session::RedisSession;

/// An item on its way to the one who asked. Dropped on the way, it goes back to the line.
pub(crate) struct Delivery<S: Source> {
    /// `None` once it is settled.
    item: Option<S::Item>,
    /// Its place in the order in which items were taken.
    place: u64,
    line: UnboundedSender<Message<S>>,
    session: RedisSession,
}

impl<S: Source> Delivery<S> {
    pub(super) fn new(place: u64, item: S::Item, line: UnboundedSender<Message<S>>, session: RedisSession) -> Self {
        Self { item: Some(item), place, line, session }
    }

    /// Hands the item to `read`; one that cannot be read is put aside by the line.
    pub(crate) fn read<T, E>(mut self, read: impl FnOnce(&S::Item) -> Result<T, E>) -> Result<(S::Item, T), E> {
        let Some(item) = self.item.take() else { unreachable!("an delivery is settled once, by value") };
        match read(&item) {
            Ok(value) => Ok((item, value)),
            Err(error) => {
                let _ = self.line.send(Message::Unreadable(item, self.session.clone()));
                Err(error)
            }
        }
    }

    /// Takes the item back from one who is gone.
    pub(super) fn take_back(mut self) -> Option<S::Item> {
        self.item.take()
    }
}

impl<S: Source> Drop for Delivery<S> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            // A line that is gone went with its runtime, as in a crash.
            let _ = self.line.send(Message::Returned(self.place, item, self.session.clone()));
        }
    }
}
