//! The task that takes the items of one queue for all who ask, in order, and puts back what arrives for nobody.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::delivery::DispatcherMessage;
use super::hands::Hands;
use super::line::Line;
use super::looks::Looks;
use super::registration::{Desk, Registration};
use super::source::Source;
use crate::error::Error;
use crate::refusal;
use crate::store::{OpenStore, Waiter, WeakStore};

/// The most items taken at once, so that one call never holds the server for long.
const BATCH: usize = 256;

/// How long those who wait go on waiting for another server to take over.
const FAILOVER: Duration = Duration::from_secs(60);

/// How long an unused dispatcher keeps its connection, for the next one who waits.
const LINGER: Duration = Duration::from_secs(10);

/// Works for those in line who wait for it.
pub(super) struct Dispatcher<S: Looks> {
    source: Arc<S>,
    inbox: UnboundedReceiver<DispatcherMessage<S>>,
    registration: Registration<S>,
    /// After the inbox: who finds nobody in charge finds that closed.
    line: OwnLine<S>,
    hands: Hands<S>,
    /// How many of those on their way back were read.
    returned: usize,
    /// Whether there may be something to take.
    may_find: bool,
    waiter: Waiter,
    /// Since when waits break, one after another, where another server may take over.
    outage: Option<Instant>,
    store: WeakStore,
    closing: watch::Receiver<bool>,
    /// Nobody can ask any more.
    is_deserted: bool,
}

/// The line of a dispatcher, which ends with it.
struct OwnLine<S: Source>(Arc<Line<S>>);

impl<S: Source> Drop for OwnLine<S> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<S: Looks> Dispatcher<S> {
    pub(super) fn new(
        desk: &Desk<S>,
        inbox: UnboundedReceiver<DispatcherMessage<S>>,
        registration: Registration<S>,
        hands: Hands<S>,
        store: &OpenStore,
    ) -> Self {
        let (source, line) = (Arc::clone(&desk.source), OwnLine(Arc::clone(&desk.line)));
        let waiter = store.while_closing().waiter(source.key(), source.channel());
        let (store, closing) = (store.downgrade(), store.closing());
        let (returned, may_find, outage, is_deserted) = Default::default();
        Self {
            source,
            inbox,
            registration,
            line,
            hands,
            returned,
            may_find,
            waiter,
            outage,
            store,
            closing,
            is_deserted,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.put_away().await;
            if *self.closing.borrow() {
                return self.end().await;
            }
            if self.line.0.waiting() == 0 {
                if !self.rest().await {
                    return;
                }
            } else if std::mem::take(&mut self.may_find) {
                self.may_find = self.take().await;
            } else {
                self.wait().await;
                self.may_find = true;
            }
        }
    }

    /// Sends everyone off, and puts back what still comes from those who left with an item on its way.
    async fn end(mut self) {
        self.line.0.fail_all(&refusal::closed());
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
            self.line.0.fail_all(&refusal::closed());
        }
    }

    /// Reads all messages there are, and that of each who is about to bring something back: all goes back in its order.
    async fn read_messages(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.read(message);
        }
        while self.returned < self.line.0.returning()
            && let Some(message) = self.inbox.recv().await
        {
            self.read(message);
        }
    }

    fn read(&mut self, message: DispatcherMessage<S>) {
        match message {
            DispatcherMessage::Asked => self.may_find = true,
            DispatcherMessage::Returned(place, item, store) => {
                self.returned += 1;
                self.hands.take_back(place, item, &store);
            }
            DispatcherMessage::Ended(ended, store) => {
                self.returned += usize::from(ended.told.is_some());
                self.hands.end(ended, store);
            }
            DispatcherMessage::Waits
            | DispatcherMessage::Left
            | DispatcherMessage::Holds
            | DispatcherMessage::Landed => {}
        }
    }

    /// Finds a new receiver for what came back, and puts away what is in hand then.
    async fn put_away(&mut self) {
        let source = Arc::clone(&self.source);
        let mut hold = None;
        loop {
            self.read_messages().await;
            for (place, item) in self.hands.offer() {
                if let Some((place, item)) = self.line.0.hand_out(place, item) {
                    self.hands.keep(place, item);
                }
            }
            // What is on its way was taken after what goes back, and goes back with it if nobody wants it.
            let is_due = self.hands.are_due();
            if is_due
                && self.hands.bring_back()
                && !hold.get_or_insert_with(|| source.lookout().hold()).is_quiet()
                && let Some(message) = self.inbox.recv().await
            {
                self.read(message);
                continue;
            }
            self.hands.put_away(&*source, is_due).await;
            // Who asked meanwhile has what could not be put away.
            if !self.hands.have_an_offer() || self.line.0.waiting() == 0 {
                break;
            }
        }
        // Before anybody may look again.
        drop(hold);
        if self.hands.is_empty() {
            self.line.0.end_returns(std::mem::take(&mut self.returned));
        }
    }

    /// Takes items for those who wait; whether there may be more.
    async fn take(&mut self) -> bool {
        let Some(store) = self.line.0.store() else { return true };
        if let Some(error) = self.hands.fullness().map(Error::again) {
            self.fail(&error);
            return true;
        }
        // Whoever asks without end must not keep it from finding out what was lost.
        if self.source.is_late() {
            self.source.tick(store.while_closing()).await;
        }
        let before = self.line.0.next_ticket();
        let tickets = self.line.0.first_who_wait(BATCH);
        if tickets.is_empty() {
            return true;
        }
        match self.source.look(store.while_closing(), &tickets).await {
            Ok(is_enough) => {
                self.outage = None;
                // For those behind them there is nothing either.
                if !is_enough && tickets.len() == BATCH {
                    self.line.0.answer_the_hasty(before, || Ok(None));
                }
                is_enough
            }
            // Nothing was taken.
            Err(error) if error.is_retryable() && !error.is_outcome_unknown() && self.is_failing_over() => {
                self.line.0.answer_the_hasty(before, || Err(error.again()));
                false
            }
            Err(error) => {
                self.fail(&error);
                true
            }
        }
    }

    /// Whether those who wait began before the server went, which may be for as long as a failover takes.
    fn is_failing_over(&self) -> bool {
        self.outage.is_some_and(|since| since.elapsed() < FAILOVER)
    }

    fn fail(&mut self, error: &Error) {
        self.outage = None;
        self.line.0.fail_those_who_wait(error);
    }

    /// Waits until there may be something to take, or someone who wants to know at once.
    async fn wait(&mut self) {
        let Some(store) = self.line.0.store() else { return };
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
                    Some(DispatcherMessage::Waits | DispatcherMessage::Holds | DispatcherMessage::Landed) => {}
                    Some(DispatcherMessage::Left) => {
                        if self.line.0.waiting() == 0 {
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
        let (tick, next_try) = (self.source.next_tick().filter(|_| self.source.is_watched()), self.hands.next_try());
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
                _ => !self.registration.give_up(&self.inbox, &self.line.0),
            },
        }
    }
}
