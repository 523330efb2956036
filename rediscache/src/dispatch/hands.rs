//! What a dispatcher has in hand and must put somewhere. It stays in hand until it is there, however often that is refused.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::source::Source;
use super::stranded::StrandedItems;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{OpenStore, Whereabouts};

/// The most items that are put somewhere in one call.
const TOGETHER: usize = 256;

/// Between two tries, the first time.
const SHORTEST: Duration = Duration::from_millis(50);

/// Between two tries when many failed.
const LONGEST: Duration = Duration::from_secs(5);

/// The same while someone waits for the session to close.
const LONGEST_WHILE_CLOSING: Duration = Duration::from_millis(500);

/// What is in hand. With something in it, the store stays open.
pub(super) struct Hands<S: Source> {
    name: String,
    /// What came back and goes to the next who asks, or to where it was; each with its place in the order of taking.
    returned: Vec<(u64, S::Item)>,
    going_back: Option<TokenBatch<(u64, S::Item)>>,
    ended: Vec<EndedItem<S>>,
    ending: Option<TokenBatch<EndedItem<S>>>,
    store: Option<OpenStore>,
    /// When the next try is due, after one that failed.
    next_try: Option<Instant>,
    pause: Duration,
    longest: Duration,
    refusal: Option<Error>,
    stranded: Arc<StrandedItems>,
}

/// An item that is not handed out any more.
pub(super) struct EndedItem<S: Source> {
    /// Its place in the order in which items were taken.
    pub(super) place: u64,
    pub(super) item: S::Item,
    pub(super) ending: S::Ending,
    /// Who wants to know what became of the first try. Where they are gone before it, the item goes back: nobody has heard
    /// of it.
    pub(super) told: Option<oneshot::Sender<Result<Whereabouts>>>,
}

/// Items on their way to one place. Once a try was not answered they may be there already: they are tried again together and
/// with the same token, so that they get there once.
struct TokenBatch<T> {
    items: Vec<T>,
    token: u64,
    may_be_there: bool,
}

impl<T> TokenBatch<T> {
    fn new(items: Vec<T>) -> Self {
        Self { items, token: RandomState::new().build_hasher().finish(), may_be_there: false }
    }

    /// Takes the items out after a try, unless they may be there though it failed.
    fn conclude<O>(batch: &mut Option<Self>, outcome: &Result<O>) -> Option<Vec<T>> {
        let may_be_there = outcome.as_ref().is_err_and(Error::is_outcome_unknown);
        if let Some(tried) = batch {
            tried.may_be_there |= may_be_there;
        }
        batch.take_if(|tried| outcome.is_ok() || !tried.may_be_there).map(|tried| tried.items)
    }
}

impl<S: Source> Hands<S> {
    pub(super) fn new(name: &str, stranded: &Arc<StrandedItems>) -> Self {
        let (returned, going_back, ended, ending, store, next_try, refusal) = Default::default();
        let (name, stranded, pause, longest) = (name.to_owned(), Arc::clone(stranded), SHORTEST, LONGEST);
        Self { name, returned, going_back, ended, ending, store, next_try, pause, longest, refusal, stranded }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn count(&self) -> usize {
        let on_their_way = self.going_back.as_ref().map_or(0, |batch| batch.items.len());
        let ending = self.ending.as_ref().map_or(0, |batch| batch.items.len());
        self.returned.len() + on_their_way + self.ended.len() + ending
    }

    /// Why nothing more may be taken into these hands, if they are full of what cannot be put anywhere.
    pub(super) fn fullness(&self) -> Option<&Error> {
        self.refusal.as_ref().filter(|_| self.count() >= TOGETHER)
    }

    pub(super) fn take_back(&mut self, place: u64, item: S::Item, store: &OpenStore) {
        self.returned.push((place, item));
        self.store.get_or_insert_with(|| store.clone());
    }

    /// As [`take_back`](Self::take_back), of what was [offered](Self::offer).
    pub(super) fn keep(&mut self, place: u64, item: S::Item) {
        self.returned.push((place, item));
    }

    pub(super) fn end(&mut self, ended: EndedItem<S>, store: OpenStore) {
        self.store.get_or_insert(store);
        if ended.told.as_ref().is_some_and(oneshot::Sender::is_closed) {
            self.keep(ended.place, ended.item);
        } else {
            self.ended.push(ended);
        }
    }

    /// What may be handed out again, in the order in which it was taken. What is not is to be
    /// [kept](Self::keep).
    pub(super) fn offer(&mut self) -> Vec<(u64, S::Item)> {
        // Whoever left first.
        self.returned.sort_unstable_by_key(|&(place, _)| place);
        std::mem::take(&mut self.returned)
    }

    /// Whether something may be handed out again.
    pub(super) fn have_an_offer(&self) -> bool {
        !self.returned.is_empty()
    }

    /// Whether something goes back to where it was.
    pub(super) fn bring_back(&self) -> bool {
        self.have_an_offer() || self.going_back.is_some()
    }

    /// Whether it is time to put away what is in hand.
    pub(super) fn are_due(&self) -> bool {
        self.next_try.is_none_or(|next_try| next_try <= Instant::now())
    }

    /// When the next try is due, after one that failed.
    pub(super) fn next_try(&self) -> Option<Instant> {
        self.next_try
    }

    /// Someone waits for the session to close: tries at once, and more often.
    pub(super) fn hurry(&mut self) {
        (self.next_try, self.pause, self.longest) = (None, SHORTEST, LONGEST_WHILE_CLOSING);
    }

    /// Tries to put everything where it goes to, if that [is due](Self::are_due).
    pub(super) async fn put_away(&mut self, source: &S, is_due: bool) {
        if self.is_empty() {
            // What could not be put back may have been handed out.
            if self.store.is_some() {
                self.is_put_away(source);
            }
            return;
        }
        if !is_due && let Some(refusal) = &self.refusal {
            let refusal = refusal.again();
            return self.tell_of(&refusal);
        }
        let Some(store) = self.store.clone() else { return };
        self.stranded.note(&self.name, source.key(), self.count(), None);
        let mut outcome = self.put_back(source, &store).await;
        if !outcome.as_ref().is_err_and(is_out_of_reach) {
            outcome = outcome.and(self.put_to_end(source, &store).await);
        }
        match outcome {
            Ok(()) => self.is_put_away(source),
            Err(error) => self.failed(source, error),
        }
    }

    fn is_put_away(&mut self, source: &S) {
        if self.refusal.take().is_some() {
            tracing::info!(key = source.key(), "what was in hand is where it belongs");
        }
        self.stranded.forget(&self.name);
        (self.store, self.next_try, self.pause) = (None, None, SHORTEST);
    }

    fn failed(&mut self, source: &S, error: Error) {
        let count = self.count();
        if self.refusal.is_none() {
            tracing::warn!(key = source.key(), count, %error, "items are kept, since they cannot be put back; trying again");
        }
        self.tell_of(&error);
        self.stranded.note(&self.name, source.key(), count, Some(error.again()));
        self.refusal = Some(error);
        self.next_try = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(self.longest);
    }

    async fn put_back(&mut self, source: &S, store: &OpenStore) -> Result<()> {
        while self.going_back.is_some() || !self.returned.is_empty() {
            // Kept in these hands, so that a dropped future drops no item.
            if self.going_back.is_none() {
                let mut items = self.offer();
                // In one call, so that all of them are back or none is. Those that came first go back last, to be first again.
                let last = items.split_off(items.len().saturating_sub(TOGETHER));
                self.returned = items;
                self.going_back = Some(TokenBatch::new(last));
            }
            let Some(TokenBatch { items, token, .. }) = &self.going_back else { break };
            let in_order: Vec<&S::Item> = items.iter().map(|(_, item)| item).collect();
            let outcome = source.put_back(store.while_closing(), &in_order, *token).await;
            let concluded = TokenBatch::conclude(&mut self.going_back, &outcome);
            if outcome.is_err() {
                // Those that are not there: the next who asks may have them.
                self.returned.extend(concluded.into_iter().flatten());
                return outcome;
            }
        }
        Ok(())
    }

    async fn put_to_end(&mut self, source: &S, store: &OpenStore) -> Result<()> {
        while self.ending.is_some() || !self.ended.is_empty() {
            if self.ending.is_none() {
                let count = self.ended.len().min(TOGETHER);
                self.ending = Some(TokenBatch::new(self.ended.drain(..count).collect()));
            }
            let Some(TokenBatch { items, token, .. }) = &self.ending else { break };
            let ended: Vec<(&S::Item, S::Ending)> = items.iter().map(|ended| (&ended.item, ended.ending)).collect();
            let outcome = source.end(store.while_closing(), &ended, *token).await;
            let items = TokenBatch::conclude(&mut self.ending, &outcome).unwrap_or_default();
            let whereabouts = match outcome {
                Ok(whereabouts) => whereabouts,
                Err(error) => {
                    self.ended.splice(..0, items);
                    return Err(error);
                }
            };
            for (ended, whereabouts) in items.into_iter().zip(whereabouts) {
                if ended.told.is_some_and(|told| told.send(Ok(whereabouts)).is_err()) {
                    tracing::warn!(key = source.key(), "an item could not be read; whoever asked for it is gone");
                }
            }
        }
        Ok(())
    }

    /// Tells those who wait for it that the first try failed.
    fn tell_of(&mut self, error: &Error) {
        let ending = self.ending.iter_mut().flat_map(|batch| &mut batch.items);
        for told in self.ended.iter_mut().chain(ending).filter_map(|ended| ended.told.take()) {
            let _ = told.send(Err(error.again()));
        }
    }
}

/// Whether there is no use in trying something else at once.
fn is_out_of_reach(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
}
