//! The task that takes the items of one queue for all who ask, in order, and puts back what arrives for nobody.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, WeakUnboundedSender};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::delivery::{Delivery, DispatcherMessage, GetRequest, Wait};
use super::hands::Hands;
use super::registration::Registration;
use super::source::Source;
use crate::error::{Error, Result};
use crate::refusal;
use crate::store::{OpenStore, Waiter, WeakStore};

/// The most items taken at once, so that one call never holds the server for long.
const BATCH: usize = 256;

/// How long those who wait go on waiting for another server to take over.
const FAILOVER: Duration = Duration::from_secs(60);

/// How long an unused dispatcher keeps its connection, for the next one who waits.
const LINGER: Duration = Duration::from_secs(10);

/// Those who ask, in order, and what is on its way to them.
pub(super) struct Dispatcher<S: Source> {
    source: S,
    inbox: UnboundedReceiver<DispatcherMessage<S>>,
    sender: WeakUnboundedSender<DispatcherMessage<S>>,
    registration: Registration<S>,
    /// Those who wait, first come first served.
    requests: VecDeque<GetRequest<S>>,
    /// How many of them may have left.
    left: usize,
    hands: Hands<S>,
    /// How many items were taken.
    taken: u64,
    waiter: Waiter,
    /// Since when waits break, one after another, where another server may take over.
    outage: Option<Instant>,
    store: WeakStore,
    closing: watch::Receiver<bool>,
    /// Nobody can ask any more.
    is_deserted: bool,
}

impl<S: Source> Dispatcher<S> {
    pub(super) fn new(
        source: S,
        inbox: UnboundedReceiver<DispatcherMessage<S>>,
        sender: WeakUnboundedSender<DispatcherMessage<S>>,
        registration: Registration<S>,
        hands: Hands<S>,
        store: &OpenStore,
    ) -> Self {
        let waiter = store.while_closing().waiter(source.key(), source.channel());
        let (store, closing) = (store.downgrade(), store.closing());
        let (requests, left, taken, outage, is_deserted) = Default::default();
        Self {
            source,
            inbox,
            sender,
            registration,
            requests,
            left,
            hands,
            taken,
            waiter,
            outage,
            store,
            closing,
            is_deserted,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.read_messages();
            self.put_away().await;
            if *self.closing.borrow() {
                return self.end().await;
            }
            if self.requests.is_empty() {
                if !self.rest().await {
                    return;
                }
                continue;
            }
            if !self.take().await && !self.requests.is_empty() {
                self.wait().await;
            }
        }
    }

    /// Sends everyone off, and puts back what still comes from those who left with an item on its way.
    async fn end(mut self) {
        self.fail_all(&refusal::closed());
        self.registration.leave();
        self.hands.hurry();
        self.put_away().await;
        if let Some(store) = self.store.upgrade() {
            self.source.leave(store.while_closing()).await;
        }
        loop {
            self.put_away().await;
            if self.is_deserted && self.hands.is_empty() {
                return;
            }
            let next_try = self.hands.next_try();
            tokio::select! {
                message = self.inbox.recv(), if !self.is_deserted => match message {
                    Some(message) => self.read(message),
                    None => self.is_deserted = true,
                },
                () = sleep_until(next_try.unwrap_or_else(Instant::now)), if next_try.is_some() => {}
            }
            self.fail_all(&refusal::closed());
        }
    }

    /// Reads all messages there are, and forgets those who left.
    fn read_messages(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.read(message);
        }
        self.forget_those_who_left();
    }

    /// In one sweep for many, so that many who leave together cost no more than they did to come.
    fn forget_those_who_left(&mut self) {
        if self.left * 2 > self.requests.len() {
            self.requests.retain(|request| !request.reply.is_closed());
            self.left = 0;
        }
    }

    fn read(&mut self, message: DispatcherMessage<S>) {
        match message {
            DispatcherMessage::Asked(request) => self.requests.push_back(request),
            DispatcherMessage::Returned(place, item, store) => self.hands.take_back(place, item, &store),
            DispatcherMessage::Ended(ended, store) => self.hands.end(ended, store),
            DispatcherMessage::Left => self.left += 1,
        }
    }

    /// Finds a new receiver for what came back, and puts away what is in hand then.
    async fn put_away(&mut self) {
        for (place, item) in self.hands.offer() {
            if let Some(item) = self.hand_out(place, item) {
                self.hands.keep(place, item);
            }
        }
        self.hands.put_away(&self.source).await;
    }

    /// Gives an item to the first who still wants it.
    fn hand_out(&mut self, place: u64, mut item: S::Item) -> Option<S::Item> {
        let dispatcher = self.sender.upgrade();
        while let Some(dispatcher) = &dispatcher
            && let Some(GetRequest { reply, store, .. }) = self.requests.pop_front()
        {
            match reply.send(Ok(Some(Delivery::new(place, item, dispatcher.clone(), store)))) {
                Ok(()) => return None,
                Err(Ok(Some(delivery))) => item = delivery.take_back()?,
                Err(_) => return None,
            }
        }
        Some(item)
    }

    /// Takes items for those who ask; whether there may be more.
    async fn take(&mut self) -> bool {
        let Some(first) = self.requests.front() else { return true };
        if let Some(error) = self.hands.fullness().map(Error::again) {
            self.fail_all(&error);
            return true;
        }
        let (store, limit) = (first.store.clone(), self.requests.len().min(BATCH));
        let items = match self.source.take(store.while_closing(), limit).await {
            Ok(items) => items,
            // Nothing was taken.
            Err(error) if error.is_retryable() && !error.is_outcome_unknown() && self.is_failing_over() => {
                self.answer_those_who_do_not_wait(|| Err(error.again()));
                return false;
            }
            Err(error) => {
                self.fail_all(&error);
                return true;
            }
        };
        self.outage = None;
        let fewer = items.len() < limit;
        // No message is read before those who do not wait are answered: who asked meanwhile was not looked for yet.
        for item in items {
            self.taken += 1;
            if let Some(item) = self.hand_out(self.taken, item) {
                self.hands.take_back(self.taken, item, &store);
            }
        }
        if fewer {
            self.answer_those_who_do_not_wait(|| Ok(None));
        }
        !fewer
    }

    fn answer_those_who_do_not_wait(&mut self, answer: impl Fn() -> Result<Option<Delivery<S>>>) {
        let requests = std::mem::take(&mut self.requests).into_iter();
        let (answered, waiting): (VecDeque<_>, _) = requests.partition(|request| request.wait == Wait::No);
        self.requests = waiting;
        for request in answered {
            let _ = request.reply.send(answer());
        }
    }

    /// Whether those who wait began before the server went, which may be for as long as a failover takes.
    fn is_failing_over(&self) -> bool {
        self.outage.is_some_and(|since| since.elapsed() < FAILOVER)
    }

    fn fail_all(&mut self, error: &Error) {
        self.outage = None;
        for request in self.requests.drain(..) {
            let _ = request.reply.send(Err(error.again()));
        }
    }

    /// Waits until there may be something to take, or someone who wants to know at once.
    async fn wait(&mut self) {
        let Some(store) = self.requests.front().map(|request| request.store.clone()) else { return };
        loop {
            let (tick, next_try) = (self.source.next_tick(), self.hands.next_try());
            tokio::select! {
                broken = self.waiter.wait() => {
                    if broken && self.is_still_away(&store).await {
                        continue;
                    }
                    return;
                }
                _ = self.closing.changed() => return,
                () = sleep_until(tick.unwrap_or_else(Instant::now)), if tick.is_some() => {
                    self.source.tick(store.while_closing()).await;
                    return;
                }
                () = sleep_until(next_try.unwrap_or_else(Instant::now)), if next_try.is_some() => return,
                message = self.inbox.recv() => match message {
                    // There is nothing to take, or the wait would be over: this one waits too.
                    Some(DispatcherMessage::Asked(request)) if request.wait == Wait::Forever => {
                        self.requests.push_back(request);
                    }
                    Some(DispatcherMessage::Left) => {
                        self.left += 1;
                        self.forget_those_who_left();
                        if self.requests.is_empty() {
                            return;
                        }
                    }
                    Some(other) => return self.read(other),
                    None => return,
                },
            }
        }
    }

    /// Whether the server of a wait that broke is not back, though another may yet take over.
    async fn is_still_away(&mut self, store: &OpenStore) -> bool {
        if store.while_closing().fails_over() {
            self.outage.get_or_insert_with(Instant::now);
        }
        // The connection of all calls may have broken with that of the wait. That must not fail those who wait.
        let looked = store.while_closing().lists().len(self.source.key()).await;
        looked.is_err_and(|error| error.is_retryable()) && self.is_failing_over()
    }

    /// Waits for someone to ask, or for what there is to do without; `false` when there is nothing and nobody will.
    async fn rest(&mut self) -> bool {
        if self.is_deserted && self.hands.is_empty() {
            return false;
        }
        let (tick, next_try) = (self.source.next_tick().filter(|_| self.source.is_held()), self.hands.next_try());
        let next = tick.into_iter().chain(next_try).min();
        tokio::select! {
            message = self.inbox.recv(), if !self.is_deserted => match message {
                Some(message) => {
                    self.read(message);
                    true
                }
                None => {
                    self.is_deserted = true;
                    !self.hands.is_empty()
                }
            },
            _ = self.closing.changed() => true,
            () = sleep_until(next.unwrap_or_else(|| Instant::now() + LINGER)) => match self.store.upgrade() {
                Some(store) if tick.is_some_and(|tick| tick <= Instant::now()) => {
                    self.source.tick(store.while_closing()).await;
                    true
                }
                _ if !self.hands.is_empty() => true,
                Some(_) if tick.is_some() => true,
                _ => !self.registration.give_up(&self.inbox),
            },
        }
    }
}
