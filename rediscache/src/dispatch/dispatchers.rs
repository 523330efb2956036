//! The dispatchers of a session, each made when someone asks for an item of its queue.

use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc::{UnboundedSender, WeakUnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::delivery::{Delivery, DispatcherMessage, GetRequest, Wait};
use super::dispatcher::Dispatcher;
use super::hands::{EndedItem, Hands};
use super::registration::{Registration, Senders};
use super::source::Source;
use super::stranded::StrandedItems;
use crate::error::{Error, Result};
use crate::store::OpenStore;

pub(crate) struct Dispatchers<S: Source> {
    senders: Arc<Senders<S>>,
    stranded: Arc<StrandedItems>,
}

impl<S: Source> Dispatchers<S> {
    /// What is in hand and could not be brought back yet, as an error.
    pub(crate) fn stranded(&self) -> Option<Error> {
        self.stranded.error()
    }

    /// Asks for one item and waits for it behind those who asked before; `None` only for one who does not wait, which may
    /// not cost more time than a call.
    pub(crate) async fn ask(
        &self,
        store: &OpenStore,
        name: &str,
        source: impl Fn() -> S,
        wait: Wait,
    ) -> Result<Option<Delivery<S>>> {
        let delivery = self.delivery(store, name, source, wait);
        match wait {
            Wait::No => store.while_closing().in_time_of_background(Box::pin(delivery)).await,
            Wait::Forever => {
                store.while_closing().move_if_stuck().await;
                delivery.await
            }
        }
    }

    async fn delivery(
        &self,
        store: &OpenStore,
        name: &str,
        source: impl Fn() -> S,
        wait: Wait,
    ) -> Result<Option<Delivery<S>>> {
        loop {
            let dispatcher = self.dispatcher(store, name, &source);
            let (reply, answer) = oneshot::channel();
            let request = GetRequest { wait, reply, store: store.clone() };
            if dispatcher.send(DispatcherMessage::Asked(request)).is_ok() {
                // Not a hold on the dispatcher: a future that nobody polls must not keep a closed session open.
                let mut leave = Leave(Some(dispatcher.downgrade()));
                drop(dispatcher);
                let answer = answer.await;
                leave.0 = None;
                if let Ok(answer) = answer {
                    return answer;
                }
            }
            // The dispatcher went with its runtime; this one runs the next, unless someone else's does already.
        }
    }

    /// The dispatcher of that name; a new one where none is at work.
    fn dispatcher(
        &self,
        store: &OpenStore,
        name: &str,
        source: impl Fn() -> S,
    ) -> UnboundedSender<DispatcherMessage<S>> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let moves = store.while_closing().moves();
        if let Some((begun, dispatcher)) = senders.get(name)
            && *begun == moves
            && !dispatcher.is_closed()
        {
            return dispatcher.clone();
        }
        let (sender, inbox) = unbounded_channel();
        senders.insert(name.to_owned(), (moves, sender.clone()));
        let registration = Registration::new(&self.senders, name);
        let (source, dispatcher) = (source(), sender.downgrade());
        source.ends_by(Box::new(move |item, ending, store| {
            // One that is gone went with its runtime, as in a crash.
            if let Some(dispatcher) = dispatcher.upgrade() {
                let ended = EndedItem { place: 0, item, ending, told: None };
                let _ = dispatcher.send(DispatcherMessage::Ended(ended, store));
            }
        }));
        let hands = Hands::new(name, &self.stranded);
        let dispatcher = Dispatcher::new(source, inbox, sender.downgrade(), registration, hands, store);
        store.while_closing().spawn(dispatcher.run());
        sender
    }
}

/// Tells the dispatcher when the one who asked is gone before the answer came.
struct Leave<S: Source>(Option<WeakUnboundedSender<DispatcherMessage<S>>>);

impl<S: Source> Drop for Leave<S> {
    fn drop(&mut self) {
        if let Some(dispatcher) = self.0.take().and_then(|dispatcher| dispatcher.upgrade()) {
            let _ = dispatcher.send(DispatcherMessage::Left);
        }
    }
}

impl<S: Source> Default for Dispatchers<S> {
    fn default() -> Self {
        Self { senders: Arc::default(), stranded: Arc::default() }
    }
}
