//! What a line knows of those who stand in it.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::delivery::{Answer, Wait};
use super::source::Source;
use crate::store::OpenStore;

/// Those who ask, by their tickets, and what is known of them.
pub(super) struct LineState<S: Source> {
    /// By their tickets.
    pub(super) requests: VecDeque<GetRequest<S>>,
    pub(super) next_ticket: u64,
    /// How many wait for the dispatcher.
    pub(super) waiting: usize,
    /// How many are gone.
    pub(super) gone: usize,
    /// The dispatcher is gone.
    pub(super) is_over: bool,
}

/// One who asks for an item.
pub(super) struct GetRequest<S: Source> {
    pub(super) ticket: u64,
    pub(super) wait: Wait,
    pub(super) standing: Standing,
    pub(super) reply: oneshot::Sender<Answer<S>>,
    /// Keeps the store open while someone waits.
    pub(super) store: OpenStore,
}

impl<S: Source> GetRequest<S> {
    pub(super) fn waits(&self) -> bool {
        self.standing == Standing::Waits
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Looks for itself at this moment.
    Looks,
    /// Waits for the dispatcher.
    Waits,
    Gone,
}

impl<S: Source> LineState<S> {
    /// Where the one with this ticket stands.
    pub(super) fn find(&self, ticket: u64) -> Option<usize> {
        self.requests.binary_search_by_key(&ticket, |request| request.ticket).ok()
    }

    pub(super) fn stand(&mut self, at: usize, standing: Standing) {
        let request = &mut self.requests[at];
        self.waiting -= usize::from(request.standing == Standing::Waits);
        self.waiting += usize::from(standing == Standing::Waits);
        request.standing = standing;
    }

    /// The first who is not gone.
    pub(super) fn remove_first(&mut self) -> Option<GetRequest<S>> {
        let at = self.requests.iter().position(|request| request.standing != Standing::Gone)?;
        self.remove(at)
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<GetRequest<S>> {
        let removed = self.requests.remove(at)?;
        self.waiting -= usize::from(removed.standing == Standing::Waits);
        self.gone = self.gone.saturating_sub(usize::from(removed.standing == Standing::Gone));
        Some(removed)
    }

    /// Removes all who are such, and none else.
    pub(super) fn take_out(&mut self, is_one: impl Fn(&GetRequest<S>) -> bool) -> Vec<GetRequest<S>> {
        let (mut out, mut left) = (Vec::new(), VecDeque::new());
        for request in std::mem::take(&mut self.requests) {
            if is_one(&request) { out.push(request) } else { left.push_back(request) }
        }
        self.waiting = left.iter().filter(|request| request.waits()).count();
        self.gone = left.iter().filter(|request| request.standing == Standing::Gone).count();
        self.requests = left;
        out
    }
}

impl<S: Source> Default for LineState<S> {
    fn default() -> Self {
        let (requests, next_ticket, waiting, gone, is_over) = Default::default();
        Self { requests, next_ticket, waiting, gone, is_over }
    }
}
