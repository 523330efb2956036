//! Calls that leave together, and those who wait for their answers.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::refusal;
use crate::store::redis::router::Router;
use crate::store::traces::{note_harmless, note_sent};

/// Leaves out what belongs to callers who do not want theirs any more.
pub(crate) fn retain<T>(calls: &mut Vec<T>, wanted: &[bool]) {
    let mut wanted = wanted.iter();
    calls.retain(|_| wanted.next().copied().unwrap_or_default());
}

/// The same where each caller has as many parts as `counts` says.
pub(crate) fn retain_parts<T>(parts: &mut Vec<T>, counts: &mut Vec<usize>, wanted: &[bool]) {
    retain(parts, &of_parts(counts, wanted));
    retain(counts, wanted);
}

/// Of each part, whether its caller wants it.
pub(crate) fn of_parts(counts: &[usize], wanted: &[bool]) -> Vec<bool> {
    counts.iter().zip(wanted).flat_map(|(&count, &wanted)| std::iter::repeat_n(wanted, count)).collect()
}

/// Calls of one kind on one key that go out as one command.
pub(crate) trait Batch: Default + Send + 'static {
    /// What one caller asks.
    type Call<'a>: Copy;
    type Answer: Send + 'static;

    /// Whether the answer must be read as soon as it is there, whether or not the caller is there, or is polled: then no call
    /// leaves by itself.
    const IS_AWAITED: bool = false;

    /// How many calls are worth a request of their own while others are under way; where there is nothing to gain, only as many
    /// as a batch can have.
    const WORTH: usize = usize::MAX;

    fn add(&mut self, call: Self::Call<'_>);

    /// Whether the call fits in, so that the batch never holds the server for long.
    fn has_room_for(&self, call: &Self::Call<'_>) -> bool;

    /// Takes out the calls that are not wanted any more, so that they do not come after later ones.
    fn retain(&mut self, wanted: &[bool]);

    /// Sends all calls; there is an answer for each, in their order.
    fn send(self, router: &Router, key: &str) -> impl Future<Output = Result<Vec<Self::Answer>>> + Send;
}

/// Calls that leave together, in the hands of who sends them. Dropped before the answers came, it tells everyone so.
pub(super) struct PendingBatch<B: Batch> {
    slots: Arc<Slots<B>>,
    /// Who waited when the calls left; `None` when all did.
    included: Option<Vec<bool>>,
}

/// The calls, and those who made them. One lock for both: a call that joins takes few of them.
pub(super) struct Slots<B: Batch>(Mutex<Calls<B>>);

struct Calls<B: Batch> {
    /// `None` when it has left.
    batch: Option<B>,
    callers: Vec<Slot<B::Answer>>,
}

/// The slot of one caller, who leaves by dropping it.
pub(super) struct PendingCall<B: Batch> {
    /// `None` when it has the answer.
    slots: Option<Arc<Slots<B>>>,
    at: usize,
    /// Whether the waker is that of the poll that is under way.
    is_new: bool,
}

enum Slot<A> {
    Waits {
        since: Instant,
        waker: Waker,
    },
    Answered(Result<A>),
    /// The caller has the answer, or left without.
    Empty,
}

impl<B: Batch> PendingBatch<B> {
    pub(super) fn new() -> Self {
        let state = Calls { batch: Some(B::default()), callers: Vec::new() };
        Self { slots: Arc::new(Slots(Mutex::new(state))), included: None }
    }

    pub(super) fn slots(&self) -> &Arc<Slots<B>> {
        &self.slots
    }

    /// Has the calls leave, and brings answers to no others than those who wait now; `None` if nobody does.
    pub(super) fn close(&mut self) -> Option<B> {
        let mut state = self.slots.lock();
        let mut batch = state.batch.take()?;
        if !state.callers.iter().all(Slot::waits) {
            let included: Vec<bool> = state.callers.iter().map(Slot::waits).collect();
            batch.retain(&included);
            self.included = Some(included);
        }
        state.callers.iter().any(Slot::waits).then_some(batch)
    }

    /// Brings the answers, in the order of the callers who were there at the end.
    pub(super) fn answer(self, outcome: Result<Vec<B::Answer>>) {
        let mut included = self.included.as_ref().map(|included| included.iter().copied());
        let mut answers = outcome.map(Vec::into_iter);
        self.slots.answer_each(|_| {
            let wanted = included.as_mut().is_none_or(|included| included.next().unwrap_or_default());
            wanted.then(|| match &mut answers {
                Ok(answers) => answers.next().ok_or_else(refusal::unexpected),
                Err(error) => Err(error.again()),
            })
        });
    }

    /// How many calls have left.
    pub(super) fn wanted(&self) -> usize {
        let included = self.included.as_ref();
        included.map_or_else(|| self.len(), |included| included.iter().filter(|wanted| **wanted).count())
    }

    pub(super) fn len(&self) -> usize {
        self.slots.lock().callers.len()
    }
}

impl<B: Batch> Drop for PendingBatch<B> {
    fn drop(&mut self) {
        let never_sent = self.slots.lock().batch.take();
        drop(never_sent);
        self.slots.answer_each(|slot| slot.waits().then(|| Err(refusal::interrupted())));
    }
}

impl<B: Batch> Slots<B> {
    fn lock(&self) -> MutexGuard<'_, Calls<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in one more call, which wakes the caller whose poll is under way; `None` if the calls have left, or if it
    /// does not fit in with them.
    pub(super) fn join(self: &Arc<Self>, call: B::Call<'_>, waker: &Waker) -> Option<PendingCall<B>> {
        let slot = Slot::Waits { since: Instant::now(), waker: waker.clone() };
        let mut state = self.lock();
        let is_first = state.callers.is_empty();
        state.batch.as_mut().filter(|batch| is_first || batch.has_room_for(&call))?.add(call);
        state.callers.push(slot);
        Some(PendingCall { at: state.callers.len() - 1, slots: Some(Arc::clone(self)), is_new: true })
    }

    /// Sends those away who have waited for as long as `limit`, with what `tell` says. When the next one will have.
    pub(super) fn expire(&self, limit: Duration, tell: fn(Duration) -> Error) -> Option<Instant> {
        let (now, mut next) = (Instant::now(), None);
        self.answer_each(|slot| {
            let &Slot::Waits { since, .. } = slot else { return None };
            let over = since + limit <= now;
            if !over {
                next.get_or_insert(since + limit);
            }
            over.then(|| Err(tell(limit)))
        });
        next
    }

    /// Asks for an answer for each slot, and wakes those who waited for theirs.
    fn answer_each(&self, mut answer: impl FnMut(&Slot<B::Answer>) -> Option<Result<B::Answer>>) {
        let mut state = self.lock();
        let mut wakers = Vec::with_capacity(state.callers.len());
        for slot in &mut state.callers {
            if let Some(answer) = answer(slot)
                && slot.waits()
                && let Slot::Waits { waker, .. } = mem::replace(slot, Slot::Answered(answer))
            {
                wakers.push(waker);
            }
        }
        // With the lock free for those who wake up at once.
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<B: Batch> PendingCall<B> {
    /// Gives up, in one step with finding out whether it was sent: what has not left does so without this one.
    pub(super) fn give_up(&mut self) -> bool {
        let Some(slots) = self.slots.take() else { return true };
        let mut state = slots.lock();
        let is_sent = state.batch.is_none();
        if !is_sent {
            note_harmless();
        }
        let last = mem::replace(&mut state.callers[self.at], Slot::Empty);
        drop(state);
        drop(last);
        is_sent
    }
}

impl<A> Slot<A> {
    fn waits(&self) -> bool {
        matches!(self, Self::Waits { .. })
    }
}

impl<B: Batch> Future for PendingCall<B> {
    type Output = Result<B::Answer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if mem::take(&mut self.is_new) {
            return Poll::Pending;
        }
        let at = self.at;
        let Some(slots) = &self.slots else { return Poll::Ready(Err(refusal::interrupted())) };
        let mut state = slots.lock();
        let answer = match &mut state.callers[at] {
            Slot::Waits { waker, .. } if waker.will_wake(context.waker()) => return Poll::Pending,
            Slot::Waits { waker, .. } => {
                let last = mem::replace(waker, context.waker().clone());
                // It is the caller's: who knows what its end brings about.
                drop(state);
                drop(last);
                return Poll::Pending;
            }
            slot => mem::replace(slot, Slot::Empty),
        };
        drop(state);
        self.slots = None;
        note_sent();
        match answer {
            Slot::Answered(answer) => Poll::Ready(answer),
            _ => Poll::Ready(Err(refusal::interrupted())),
        }
    }
}

impl<B: Batch> Drop for PendingCall<B> {
    fn drop(&mut self) {
        self.give_up();
    }
}
