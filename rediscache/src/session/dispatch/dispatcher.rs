use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, WeakUnboundedSender};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::dispatchers::Place;
use super::{Delivery, Message, Patience, Request, Source};
use crate::backend::{Waiter, fault};
use crate::error::{Error, Result};
use crate::session::{RedisSession, WeakSession};

/// The most items taken at once, so that one call never holds the server for long.
const BATCH: usize = 256;

/// How often what is in our hands is tried to be put away; each try waits some seconds for the server.
const TRIES: usize = 8;

/// How long those who wait go on waiting for another server to take over.
const FAILOVER: Duration = Duration::from_secs(60);

/// How long an unused line keeps its connection, for the next one who waits.
const LINGER: Duration = Duration::from_secs(10);

/// One line: those who ask, in order, and what is on its way to them.
pub(super) struct Dispatcher<S: Source> {
    source: S,
    inbox: UnboundedReceiver<Message<S>>,
    sender: WeakUnboundedSender<Message<S>>,
    place: Place<S>,
    /// Those who wait, first come first served.
    requests: VecDeque<Request<S>>,
    /// How many of them may have left.
    left: usize,
    /// What came back, with the session to put it back to.
    returned: Vec<(u64, S::Item, RedisSession)>,
    /// How many items were taken.
    taken: u64,
    unreadable: Vec<(S::Item, RedisSession)>,
    waiter: Waiter,
    /// Since when waits break, one after another, where another server may take over.
    outage: Option<Instant>,
    session: WeakSession,
    closing: watch::Receiver<bool>,
}

impl<S: Source> Dispatcher<S> {
    pub(super) fn new(
        source: S,
        inbox: UnboundedReceiver<Message<S>>,
        sender: WeakUnboundedSender<Message<S>>,
        place: Place<S>,
        session: &RedisSession,
    ) -> Self {
        let waiter = session.any_store().waiter(source.key(), source.announced());
        let (session, closing) = (session.downgrade(), session.closing());
        let (requests, left, returned, taken, unreadable, outage) = Default::default();
        Self {
            source,
            inbox,
            sender,
            place,
            requests,
            left,
            returned,
            taken,
            unreadable,
            waiter,
            outage,
            session,
            closing,
        }
    }

    pub(super) async fn serve(mut self) {
        loop {
            self.sort_mail();
            self.settle().await;
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
        self.fail_all(&fault::closed());
        self.place.leave();
        while let Some(message) = self.inbox.recv().await {
            self.sort(message);
            self.fail_all(&fault::closed());
            self.settle().await;
        }
    }

    /// Reads all messages there are, and forgets those who left.
    fn sort_mail(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.sort(message);
        }
        self.forget_those_who_left();
    }

    /// In one sweep for many, so that a crowd that leaves costs no more than it did to come.
    fn forget_those_who_left(&mut self) {
        if self.left * 2 > self.requests.len() {
            self.requests.retain(|request| !request.reply.is_closed());
            self.left = 0;
        }
    }

    fn sort(&mut self, message: Message<S>) {
        match message {
            Message::Asked(request) => self.requests.push_back(request),
            Message::Returned(place, item, session) => self.returned.push((place, item, session)),
            Message::Unreadable(item, session) => self.unreadable.push((item, session)),
            Message::Left => self.left += 1,
        }
    }

    /// Finds a new receiver for what came back, or puts it back; and puts aside what cannot be read.
    async fn settle(&mut self) {
        let mut left: Vec<S::Item> = Vec::new();
        let mut session = None;
        // Whoever left first: the order is that in which they were taken.
        self.returned.sort_unstable_by_key(|&(place, ..)| place);
        for (place, item, of) in std::mem::take(&mut self.returned) {
            left.extend(self.hand_out(place, item));
            session = Some(of);
        }
        if let Some(session) = session
            && !left.is_empty()
        {
            self.put_back(&session, left).await;
        }
        for (item, session) in std::mem::take(&mut self.unreadable) {
            let mut outcome = self.source.bury(session.any_store(), &item).await;
            for _ in 1..TRIES {
                if outcome.as_ref().is_err_and(Error::is_retryable) {
                    outcome = self.source.bury(session.any_store(), &item).await;
                }
            }
            if let Err(error) = outcome {
                tracing::error!(key = self.source.key(), %error, "an unreadable item could not be put aside and is lost");
            }
        }
    }

    /// Gives an item to the first who still wants it.
    fn hand_out(&mut self, place: u64, mut item: S::Item) -> Option<S::Item> {
        let line = self.sender.upgrade();
        while let Some(line) = &line
            && let Some(Request { reply, session, .. }) = self.requests.pop_front()
        {
            match reply.send(Ok(Some(Delivery::new(place, item, line.clone(), session)))) {
                Ok(()) => return None,
                Err(Ok(Some(delivery))) => item = delivery.take_back()?,
                Err(_) => return None,
            }
        }
        Some(item)
    }

    async fn put_back(&mut self, session: &RedisSession, items: Vec<S::Item>) {
        let token = RandomState::new().build_hasher().finish();
        let mut outcome = self.source.put_back(session.any_store(), &items, token).await;
        for _ in 1..TRIES {
            if outcome.as_ref().is_err_and(Error::is_retryable) {
                outcome = self.source.put_back(session.any_store(), &items, token).await;
            }
        }
        if let Err(error) = outcome {
            tracing::error!(key = self.source.key(), %error, "items that nobody waits for could not be put back");
        }
    }

    /// Takes items for those who ask; whether there may be more.
    async fn take(&mut self) -> bool {
        let Some(first) = self.requests.front() else { return true };
        let (session, limit) = (first.session.clone(), self.requests.len().min(BATCH));
        let items = match self.source.take(session.any_store(), limit).await {
            Ok(items) => items,
            // Nothing was taken.
            Err(error) if error.is_retryable() && !error.is_outcome_unknown() && self.is_failing_over() => {
                self.send_off_the_impatient(|| Err(error.again()));
                return false;
            }
            Err(error) => {
                self.fail_all(&error);
                return true;
            }
        };
        self.outage = None;
        let fewer = items.len() < limit;
        // No mail is read before the impatient are sent off: who asked meanwhile was not looked for yet.
        let mut left = Vec::new();
        for item in items {
            self.taken += 1;
            left.extend(self.hand_out(self.taken, item));
        }
        if !left.is_empty() {
            self.put_back(&session, left).await;
        }
        if fewer {
            self.send_off_the_impatient(|| Ok(None));
        }
        !fewer
    }

    fn send_off_the_impatient(&mut self, answer: impl Fn() -> Result<Option<Delivery<S>>>) {
        let (impatient, patient) =
            std::mem::take(&mut self.requests).into_iter().partition(|request| request.patience == Patience::None);
        self.requests = patient;
        let impatient: VecDeque<Request<S>> = impatient;
        for request in impatient {
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
        let Some(session) = self.requests.front().map(|request| request.session.clone()) else { return };
        loop {
            let tick = self.source.next_tick();
            tokio::select! {
                broken = self.waiter.wait() => {
                    if broken {
                        if session.any_store().fails_over() {
                            self.outage.get_or_insert_with(Instant::now);
                        }
                        // The other connection may have broken with it. That must not fail those who wait.
                        let looked = session.any_store().list_len(self.source.key()).await;
                        if looked.is_err_and(|error| error.is_retryable()) && self.is_failing_over() {
                            continue;
                        }
                    }
                    return;
                }
                _ = self.closing.changed() => return,
                () = sleep_until(tick.unwrap_or_else(Instant::now)), if tick.is_some() => {
                    self.source.tick(session.any_store()).await;
                    return;
                }
                message = self.inbox.recv() => match message {
                    // There is nothing to take, or the wait would be over: this one waits too.
                    Some(Message::Asked(request)) if request.patience == Patience::Endless => {
                        self.requests.push_back(request);
                    }
                    Some(Message::Left) => {
                        self.left += 1;
                        self.forget_those_who_left();
                        if self.requests.is_empty() {
                            return;
                        }
                    }
                    Some(other) => return self.sort(other),
                    None => return,
                },
            }
        }
    }

    /// Waits for someone to ask; `false` when nobody will.
    async fn rest(&mut self) -> bool {
        let held = self.source.is_held();
        let until = self.source.next_tick().filter(|_| held).unwrap_or_else(|| Instant::now() + LINGER);
        tokio::select! {
            message = self.inbox.recv() => match message {
                Some(message) => {
                    self.sort(message);
                    true
                }
                None => false,
            },
            _ = self.closing.changed() => true,
            () = sleep_until(until) => match self.session.upgrade() {
                Some(session) if held => {
                    self.source.tick(session.any_store()).await;
                    true
                }
                _ => !self.place.give_up(&self.inbox),
            },
        }
    }
}
