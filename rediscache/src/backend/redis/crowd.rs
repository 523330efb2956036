use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::backend::fault;
use crate::error::{Error, Result};

/// Callers whose answers come all at once. Dropped before those came, it tells everyone so.
pub(super) struct Crowd<A> {
    places: Arc<Places<A>>,
    /// Who waited when the calls left; `None` when all did.
    aboard: Option<Vec<bool>>,
}

/// The place of one caller, who leaves by dropping it.
pub(super) struct Seat<A> {
    /// `None` when it has the answer.
    places: Option<Arc<Places<A>>>,
    at: usize,
}

struct Places<A>(Mutex<Vec<Place<A>>>);

enum Place<A> {
    Waits {
        since: Instant,
        waker: Option<Waker>,
    },
    Answered(Result<A>),
    /// The caller has the answer, or left without.
    Empty,
}

impl<A> Crowd<A> {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Places(Mutex::default())), aboard: None }
    }

    /// Takes in one more caller, whose answer will be the next in order.
    pub(super) fn join(&self) -> Seat<A> {
        let mut places = self.places.lock();
        places.push(Place::Waits { since: Instant::now(), waker: None });
        Seat { places: Some(Arc::clone(&self.places)), at: places.len() - 1 }
    }

    /// Sees who is left, and brings answers to no others. The callers in their order, unless all are there.
    pub(super) fn close(&mut self) -> Option<&[bool]> {
        let places = self.places.lock();
        if !places.iter().all(Place::waits) {
            self.aboard = Some(places.iter().map(Place::waits).collect());
        }
        self.aboard.as_deref()
    }

    /// Brings the answers, in the order of the callers who were there at the end.
    pub(super) fn answer(self, outcome: Result<Vec<A>>) {
        let mut aboard = self.aboard.as_ref().map(|aboard| aboard.iter().copied());
        let mut answers = outcome.map(Vec::into_iter);
        self.places.settle(|_| {
            let wanted = aboard.as_mut().is_none_or(|aboard| aboard.next().unwrap_or_default());
            wanted.then(|| match &mut answers {
                Ok(answers) => answers.next().ok_or_else(fault::unexpected),
                Err(error) => Err(error.again()),
            })
        });
    }

    pub(super) fn len(&self) -> usize {
        self.places.lock().len()
    }

    /// Sends those away who have waited for as long as `limit`, with what `tell` says. When the next one will have.
    pub(super) fn expire(&self, limit: Duration, tell: fn(Duration) -> Error) -> Option<Instant> {
        let (now, mut next) = (Instant::now(), None);
        self.places.settle(|place| {
            let &Place::Waits { since, .. } = place else { return None };
            let over = since + limit <= now;
            if !over {
                next.get_or_insert(since + limit);
            }
            over.then(|| Err(tell(limit)))
        });
        next
    }
}

impl<A> Drop for Crowd<A> {
    fn drop(&mut self) {
        self.places.settle(|place| place.waits().then(|| Err(fault::interrupted())));
    }
}

impl<A> Places<A> {
    fn lock(&self) -> MutexGuard<'_, Vec<Place<A>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for an answer for each place, and wakes those who waited for theirs.
    fn settle(&self, mut answer: impl FnMut(&Place<A>) -> Option<Result<A>>) {
        let mut wakers = Vec::new();
        for place in &mut *self.lock() {
            if let Some(answer) = answer(place)
                && let Place::Waits { waker, .. } = place
            {
                wakers.extend(waker.take());
                *place = Place::Answered(answer);
            }
        }
        // With the lock free for those who wake up at once.
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<A> Place<A> {
    fn waits(&self) -> bool {
        matches!(self, Self::Waits { .. })
    }
}

impl<A> Future for Seat<A> {
    type Output = Result<A>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<A>> {
        let at = self.at;
        let Some(places) = &self.places else { return Poll::Ready(Err(fault::interrupted())) };
        let mut locked = places.lock();
        let answer = match &mut locked[at] {
            Place::Waits { waker: Some(waker), .. } if waker.will_wake(context.waker()) => return Poll::Pending,
            Place::Waits { waker, .. } => {
                let last = waker.replace(context.waker().clone());
                // It is the caller's: who knows what its end brings about.
                drop(locked);
                drop(last);
                return Poll::Pending;
            }
            place => mem::replace(place, Place::Empty),
        };
        drop(locked);
        self.places = None;
        match answer {
            Place::Answered(answer) => Poll::Ready(answer),
            _ => Poll::Ready(Err(fault::interrupted())),
        }
    }
}

impl<A> Drop for Seat<A> {
    fn drop(&mut self) {
        if let Some(places) = &self.places {
            let last = mem::replace(&mut places.lock()[self.at], Place::Empty);
            drop(last);
        }
    }
}
