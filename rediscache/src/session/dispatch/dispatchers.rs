use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::dispatcher::Dispatcher;
use super::{Delivery, Message, Patience, Request, Source};
use crate::error::Result;
use crate::session::RedisSession;

type Senders<S> = Mutex<HashMap<String, UnboundedSender<Message<S>>>>;

/// The lines of a session that are being served, by key.
pub(crate) struct Dispatchers<S: Source> {
    senders: Arc<Senders<S>>,
}

/// What a line holds of the registry, so that it does not keep itself alive.
pub(super) struct Place<S: Source> {
    senders: Weak<Senders<S>>,
    name: String,
}

impl<S: Source> Dispatchers<S> {
    /// Asks for one item and waits in line for it; `None` only for one without patience, whose place in line may not
    /// cost more time than a call.
    pub(crate) async fn ask(
        &self,
        session: &RedisSession,
        name: &str,
        source: impl Fn() -> S,
        patience: Patience,
    ) -> Result<Option<Delivery<S>>> {
        let delivery = self.delivery(session, name, source, patience);
        match patience {
            Patience::None => session.any_store().in_time(Box::pin(delivery)).await,
            Patience::Endless => delivery.await,
        }
    }

    async fn delivery(
        &self,
        session: &RedisSession,
        name: &str,
        source: impl Fn() -> S,
        patience: Patience,
    ) -> Result<Option<Delivery<S>>> {
        loop {
            let line = self.line(session, name, &source);
            let (reply, answer) = oneshot::channel();
            let request = Request { patience, reply, session: session.clone() };
            if line.send(Message::Asked(request)).is_ok() {
                // Not a hold on the line: a future that nobody polls must not keep a closed session open.
                let mut leave = Leave(Some(line.downgrade()));
                drop(line);
                let answer = answer.await;
                leave.0 = None;
                if let Ok(answer) = answer {
                    return answer;
                }
            }
            // The line went with the runtime that served it; this one serves the next, unless someone else's does already.
        }
    }

    /// The line of that name; a new one where none is served.
    pub(super) fn line(
        &self,
        session: &RedisSession,
        name: &str,
        source: impl Fn() -> S,
    ) -> UnboundedSender<Message<S>> {
        let mut senders = self.lock();
        if let Some(line) = senders.get(name)
            && !line.is_closed()
        {
            return line.clone();
        }
        let (sender, inbox) = unbounded_channel();
        senders.insert(name.to_owned(), sender.clone());
        let place = Place { senders: Arc::downgrade(&self.senders), name: name.to_owned() };
        session.any_store().spawn(Dispatcher::new(source(), inbox, sender.downgrade(), place, session).serve());
        sender
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, UnboundedSender<Message<S>>>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Place<S> {
    /// Gives the place up if nobody can ask here any more; whether it did.
    pub(super) fn give_up(&self, inbox: &UnboundedReceiver<Message<S>>) -> bool {
        let Some(senders) = self.senders.upgrade() else { return true };
        let mut senders = senders.lock().unwrap_or_else(PoisonError::into_inner);
        // The registry's own sender is the last one.
        let unused = inbox.is_empty() && inbox.sender_strong_count() <= 1;
        if unused {
            senders.remove(&self.name);
        }
        unused
    }

    /// Gives the place up though others may still hold on to the line.
    pub(super) fn leave(&self) {
        if let Some(senders) = self.senders.upgrade() {
            senders.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
        }
    }
}

/// Tells the line when the one who asked is gone before the answer came.
struct Leave<S: Source>(Option<WeakUnboundedSender<Message<S>>>);

impl<S: Source> Drop for Leave<S> {
    fn drop(&mut self) {
        if let Some(line) = self.0.take().and_then(|line| line.upgrade()) {
            let _ = line.send(Message::Left);
        }
    }
}

impl<S: Source> Default for Dispatchers<S> {
    fn default() -> Self {
        Self { senders: Arc::default() }
    }
}
