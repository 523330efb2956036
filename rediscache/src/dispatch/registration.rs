//! The table of dispatchers, and the place of one in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::delivery::DispatcherMessage;
use super::line::Line;
use super::source::Source;

/// How to reach the dispatchers that are at work, by name. The last of a name is the one to ask; those before it are in runtimes
/// that were left, and go on with what they have when those run again.
pub(super) type Senders<S> = Mutex<HashMap<String, Vec<Desk<S>>>>;

/// How to reach a dispatcher.
pub(super) struct Desk<S: Source> {
    /// How often the background had moved when it was begun: in a runtime that was left, it may stand still.
    pub(super) moves: u64,
    pub(super) sender: UnboundedSender<DispatcherMessage<S>>,
    pub(super) line: Arc<Line<S>>,
    pub(super) source: Arc<S>,
}

impl<S: Source> Clone for Desk<S> {
    fn clone(&self) -> Self {
        let (line, source) = (Arc::clone(&self.line), Arc::clone(&self.source));
        Self { sender: self.sender.clone(), line, source, ..*self }
    }
}

/// What a dispatcher holds of the table, so that it does not keep itself alive.
pub(super) struct Registration<S: Source> {
    senders: Weak<Senders<S>>,
    name: String,
}

impl<S: Source> Registration<S> {
    pub(super) fn new(senders: &Arc<Senders<S>>, name: &str) -> Self {
        Self { senders: Arc::downgrade(senders), name: name.to_owned() }
    }

    /// Gives the place up if nobody can ask here any more; whether it did.
    pub(super) fn give_up(&self, inbox: &UnboundedReceiver<DispatcherMessage<S>>, line: &Arc<Line<S>>) -> bool {
        let Some(senders) = self.senders.upgrade() else { return true };
        let mut senders = senders.lock().unwrap_or_else(PoisonError::into_inner);
        // The table's own sender is the last one.
        let unused = inbox.is_empty() && inbox.sender_strong_count() <= 1 && line.is_empty();
        if unused && let Some(desks) = senders.get_mut(&self.name) {
            desks.retain(|desk| !Arc::ptr_eq(&desk.line, line));
            if desks.is_empty() {
                senders.remove(&self.name);
            }
        }
        unused
    }

    /// Gives the place up though others may still hold on to the dispatcher.
    pub(super) fn leave(&self) {
        if let Some(senders) = self.senders.upgrade() {
            senders.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
        }
    }
}
