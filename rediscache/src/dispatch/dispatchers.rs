//! The dispatchers of a session, each made when someone asks for an item of its queue.

use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc::unbounded_channel;

use super::delivery::{Delivery, DispatcherMessage, Wait};
use super::dispatcher::Dispatcher;
use super::hands::Hands;
use super::line::{Line, NextStep};
use super::looks::Looks;
use super::registration::{Desk, Registration, Senders};
use super::source::Source;
use super::stranded::StrandedItems;
use crate::error::{Error, Result};
use crate::refusal;
use crate::store::OpenStore;

pub(crate) struct Dispatchers<S: Source> {
    senders: Arc<Senders<S>>,
    stranded: Arc<StrandedItems>,
}

impl<S: Looks> Dispatchers<S> {
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
            let Desk { sender, line, source, .. } = self.desk(store, name, &source);
            let place = line.join(wait, !source.is_late(), store.clone());
            // The dispatcher went with its runtime; this one runs the next, unless someone else's does already.
            let Some(mut place) = place else { continue };
            if place.next == NextStep::Ask {
                let _ = sender.send(DispatcherMessage::Asked);
            }
            // Not a hold on the dispatcher: a future that nobody polls must not keep a closed session open.
            drop(sender);
            let mut answer = None;
            if place.next == NextStep::Look {
                let tickets = [place.ticket];
                answer = place.look(source.look(store.while_closing(), &tickets)).await?;
                // What arrives from here on is too late to go back with all that is held.
                if store.is_closed() {
                    return Err(refusal::closed());
                }
            }
            let answer = match answer {
                Some(answer) => answer,
                None => place.answer().await,
            };
            if let Some(answer) = answer {
                return answer;
            }
        }
    }

    /// How to reach the dispatcher of that name; a new one where none is at work.
    fn desk(&self, store: &OpenStore, name: &str, source: impl Fn() -> S) -> Desk<S> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let moves = store.while_closing().moves();
        if let Some(desk) = senders.get(name).and_then(|desks| desks.last())
            && desk.moves == moves
            && !desk.sender.is_closed()
        {
            return desk.clone();
        }
        let (sender, inbox) = unbounded_channel();
        let source = Arc::new(source());
        let line = Arc::new(Line::new(&source, sender.downgrade()));
        source.begin(&line, &store.downgrade());
        let desk = Desk { moves, sender, line, source };
        let desks = senders.entry(name.to_owned()).or_default();
        desks.retain(|desk| !desk.sender.is_closed());
        desks.push(desk.clone());
        let registration = Registration::new(&self.senders, name);
        let hands = Hands::new(name, &self.stranded);
        let dispatcher = Dispatcher::new(&desk, inbox, registration, hands, store);
        store.while_closing().spawn(dispatcher.run());
        desk
    }
}

impl<S: Source> Default for Dispatchers<S> {
    fn default() -> Self {
        Self { senders: Arc::default(), stranded: Arc::default() }
    }
}
