//! Those who ask for items of one queue, in order, shared by the dispatcher and by those who look for themselves.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::mpsc::{UnboundedSender, WeakUnboundedSender};
use tokio::sync::oneshot;

use super::delivery::{Answer, Delivery, DispatcherMessage, Issuer, Wait};
use super::line_state::{GetRequest, LineState, Standing};
use super::source::Source;
use crate::error::{Error, Result};
use crate::store::OpenStore;

/// Those who ask, first come first served.
pub(crate) struct Line<S: Source> {
    state: Mutex<LineState<S>>,
    issuer: Arc<Issuer<S>>,
    dispatcher: WeakUnboundedSender<DispatcherMessage<S>>,
}

/// What keeps the store open, and the dispatcher at work.
pub(crate) struct KeptOpen<S: Source> {
    pub(super) store: OpenStore,
    pub(super) dispatcher: UnboundedSender<DispatcherMessage<S>>,
}

/// What brings the item to one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Whoever asks looks for it.
    Look,
    /// The dispatcher, which is to be told.
    Ask,
    /// The dispatcher, which works for others already.
    Wait,
}

/// The place of one who asks, who leaves by dropping it.
pub(super) struct PlaceInLine<S: Source> {
    line: Arc<Line<S>>,
    pub(super) ticket: u64,
    pub(super) next: NextStep,
    answer: oneshot::Receiver<Answer<S>>,
    is_answered: bool,
}

impl<S: Source> PlaceInLine<S> {
    /// Looks, until that is done, or until there is an [`answer`](Self::answer): someone else's look may bring it.
    pub(super) async fn look(&mut self, look: impl Future<Output = Result<bool>>) -> Result<Option<Option<Answer<S>>>> {
        let mut look = pin!(look);
        poll_fn(|context| {
            let looked = look.as_mut().poll(context);
            match self.poll_answer(context) {
                Poll::Ready(answer) => Poll::Ready(Ok(Some(answer))),
                Poll::Pending => looked.map_ok(|_| None),
            }
        })
        .await
    }

    /// Tells the dispatcher.
    pub(super) fn ask(&self) {
        if let Some(dispatcher) = self.line.dispatcher.upgrade() {
            let _ = dispatcher.send(DispatcherMessage::Asked);
        }
    }

    /// The answer, if it is there already.
    pub(super) fn given(&mut self) -> Option<Answer<S>> {
        let answer = self.answer.try_recv().ok();
        self.is_answered |= answer.is_some();
        answer
    }

    /// Waits for the answer; `None` where the dispatcher went.
    pub(super) async fn answer(mut self) -> Option<Answer<S>> {
        poll_fn(|context| self.poll_answer(context)).await
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Option<Answer<S>>> {
        let answer = Pin::new(&mut self.answer).poll(context);
        self.is_answered = answer.is_ready();
        answer.map(std::result::Result::ok)
    }
}

impl<S: Source> Drop for PlaceInLine<S> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.line.leave(self.ticket);
        }
    }
}

impl<S: Source> Line<S> {
    pub(super) fn new(source: &Arc<S>, dispatcher: WeakUnboundedSender<DispatcherMessage<S>>) -> Self {
        let issuer = Arc::new(Issuer { source: Arc::clone(source), returning: AtomicUsize::new(0) });
        Self { state: Mutex::default(), issuer, dispatcher }
    }

    fn state(&self) -> MutexGuard<'_, LineState<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps the dispatcher at work, and a store open.
    pub(super) fn keep(&self, store: OpenStore) -> Option<KeptOpen<S>> {
        Some(KeptOpen { store, dispatcher: self.dispatcher.upgrade()? })
    }

    /// Stands in line; `None` where the dispatcher is gone. Where others wait, there is nothing to look for, and what is on its
    /// way back comes first.
    pub(super) fn join(self: &Arc<Self>, wait: Wait, may_look: bool, store: OpenStore) -> Option<PlaceInLine<S>> {
        let (reply, answer) = oneshot::channel();
        let mut state = self.state();
        if state.is_over {
            return None;
        }
        let next = match (state.waiting, wait) {
            (0, _) if may_look && self.returning() == 0 => NextStep::Look,
            (1.., Wait::Forever) => NextStep::Wait,
            _ => NextStep::Ask,
        };
        let (ticket, standing) =
            (state.next_ticket, if next == NextStep::Look { Standing::Looks } else { Standing::Waits });
        state.next_ticket += 1;
        state.waiting += usize::from(standing == Standing::Waits);
        state.requests.push_back(GetRequest { ticket, wait, standing, reply, store });
        drop(state);
        Some(PlaceInLine { line: Arc::clone(self), ticket, next, answer, is_answered: false })
    }

    /// What was taken for those with these tickets, who looked or wait, from this number on, which is its place in the order of
    /// taking. It goes to the first in line: who is served so leaves what their own look brings to the next. Who still stands in
    /// line then waits, or is told that there was nothing, if nothing was found for the ticket. Tells the dispatcher what is left
    /// for it.
    pub(super) fn arrive(&self, first: u64, tickets: &[u64], items: Vec<S::Item>, kept: Option<&KeptOpen<S>>) {
        let (found, was_awaited, mut tickets) = (items.len(), self.waiting() > 0, tickets.to_vec());
        tickets.sort_unstable();
        let hand_out = |(place, item)| self.hand_out_by(place, item, || self.first_for_fresh());
        let orphans: Vec<_> = (first..).zip(items).filter_map(hand_out).collect();
        let (mut unserved, mut begins, mut is_all) = (Vec::new(), false, true);
        let mut state = self.state();
        for (nth, &ticket) in tickets.iter().enumerate() {
            let Some(at) = state.find(ticket) else { continue };
            let request = &state.requests[at];
            match (request.wait, request.standing) {
                (_, Standing::Gone) => {}
                (Wait::No, _) if nth >= found => unserved.extend(state.remove(at)),
                // The dispatcher looked for it, and knows.
                (Wait::Forever, Standing::Waits) if nth >= found => {}
                _ => {
                    state.stand(at, Standing::Waits);
                    begins = true;
                    is_all &= nth >= found;
                }
            }
        }
        let is_deserted = was_awaited && state.waiting == 0;
        drop(state);
        for request in unserved {
            let _ = request.reply.send(Ok(None));
        }
        let Some(KeptOpen { store, dispatcher }) = kept else { return };
        if begins {
            let _ = dispatcher.send(if is_all { DispatcherMessage::Waits } else { DispatcherMessage::Asked });
        }
        if is_deserted {
            let _ = dispatcher.send(DispatcherMessage::Left);
        }
        for (place, item) in orphans {
            let _ = dispatcher.send(DispatcherMessage::Returned(place, item, store.clone()));
        }
    }

    /// The first in line, for what was just taken. What is on its way back comes before that, out of the dispatcher's hands; then,
    /// and where nobody is in line, it is on its way back itself.
    fn first_for_fresh(&self) -> Option<GetRequest<S>> {
        let mut state = self.state();
        let first = if self.returning() == 0 { state.remove_first() } else { None };
        if first.is_none() {
            self.issuer.returning.fetch_add(1, Ordering::SeqCst);
        }
        first
    }

    /// Gives an item to the first who still wants it. Otherwise it comes back with its place in the order of taking.
    pub(super) fn hand_out(&self, place: u64, item: S::Item) -> Option<(u64, S::Item)> {
        self.hand_out_by(place, item, || self.state().remove_first())
    }

    fn hand_out_by(
        &self,
        place: u64,
        mut item: S::Item,
        first: impl Fn() -> Option<GetRequest<S>>,
    ) -> Option<(u64, S::Item)> {
        let dispatcher = self.dispatcher.upgrade();
        // Each is told with the lock free.
        while let Some(dispatcher) = &dispatcher
            && let Some(GetRequest { reply, store, .. }) = first()
        {
            match reply.send(Ok(Some(Delivery::new(place, item, Arc::clone(&self.issuer), dispatcher.clone(), store))))
            {
                Ok(()) => return None,
                Err(Ok(Some(delivery))) => item = delivery.take_back()?,
                Err(_) => return None,
            }
        }
        Some((place, item))
    }

    /// How many are on their way back, in the dispatcher's hands or about to be.
    pub(super) fn returning(&self) -> usize {
        self.issuer.returning.load(Ordering::SeqCst)
    }

    /// So many are where they were.
    pub(super) fn end_returns(&self, count: usize) {
        self.issuer.returning.fetch_sub(count, Ordering::SeqCst);
    }

    /// One who asked is gone.
    fn leave(&self, ticket: u64) {
        let mut state = self.state();
        let Some(at) = state.find(ticket) else { return };
        state.stand(at, Standing::Gone);
        state.gone += 1;
        // In one sweep for many, so that many who leave together cost no more than they did to come.
        let swept = if state.gone * 2 > state.requests.len() {
            state.gone = 0;
            state.take_out(|request| request.standing == Standing::Gone)
        } else {
            Vec::new()
        };
        let is_last = state.waiting == 0;
        drop(state);
        drop(swept);
        if is_last && let Some(dispatcher) = self.dispatcher.upgrade() {
            let _ = dispatcher.send(DispatcherMessage::Left);
        }
    }

    /// How many wait for the dispatcher.
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// The store of the first who waits for the dispatcher.
    pub(super) fn store(&self) -> Option<OpenStore> {
        let state = self.state();
        let mut waiting = state.requests.iter().filter(|request| request.waits());
        waiting.next().map(|first| first.store.clone())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().requests.is_empty()
    }

    /// The tickets of the first who wait for the dispatcher, `most` of them.
    pub(super) fn first_who_wait(&self, most: usize) -> Vec<u64> {
        let state = self.state();
        state.requests.iter().filter(|request| request.waits()).take(most).map(|request| request.ticket).collect()
    }

    /// The ticket of who stands in line next.
    pub(super) fn next_ticket(&self) -> u64 {
        self.state().next_ticket
    }

    /// Answers those with tickets before this one who wait for the dispatcher and not for long.
    pub(super) fn answer_the_hasty(&self, before: u64, answer: impl Fn() -> Answer<S>) {
        let is_hasty = |request: &GetRequest<S>| request.waits() && request.wait == Wait::No && request.ticket < before;
        let out = self.state().take_out(is_hasty);
        out.into_iter().for_each(|request| drop(request.reply.send(answer())));
    }

    /// Sends all away who wait for the dispatcher.
    pub(super) fn fail_those_who_wait(&self, error: &Error) {
        let out = self.state().take_out(GetRequest::waits);
        out.into_iter().for_each(|request| drop(request.reply.send(Err(error.again()))));
    }

    /// Sends all away.
    pub(super) fn fail_all(&self, error: &Error) {
        let out = self.state().take_out(|_| true);
        out.into_iter().for_each(|request| drop(request.reply.send(Err(error.again()))));
    }

    /// Lets nobody in any more: the dispatcher is gone.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.is_over = true;
        let out = state.take_out(|_| true);
        drop(state);
        drop(out);
    }
}
