//! What goes through a task queue again and again: leases that end because their work is done, and looks for the next task.

use super::lease::{Client, EndingLease, Taken};

/// Who takes tasks for all of one client, and is told of what was taken before those who looked for it.
pub(crate) trait Taker: Send + Sync {
    fn client(&self) -> &Client;

    /// Numbers for so many tasks, the first of them. From now on, and until [`landed`](Self::landed), they may be leased though
    /// nobody here knows of them.
    fn depart(&self, count: usize) -> u64;

    /// What was taken for those who looked with these tickets; fewer where there were no more.
    fn arrive(&self, tickets: &[u64], taken: Taken);

    /// What is leased of these numbers is known, or not to be known.
    fn landed(&self, first: u64);
}

/// A lease that ends because its work is done, a look for a task, or both in one step: then the look is made only where the
/// lease was still held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkPart {
    pub(crate) ending: Option<EndingLease>,
    /// By which the one who looks is known.
    pub(crate) ticket: Option<u64>,
}

impl WorkPart {
    pub(super) fn kind(&self) -> (bool, bool) {
        (self.ending.is_some(), self.ticket.is_some())
    }
}

/// Numbers that may be leased though nobody here knows of them.
pub(crate) struct Departed<'a> {
    taker: &'a dyn Taker,
    pub(crate) first: u64,
}

impl<'a> Departed<'a> {
    pub(crate) fn new(taker: &'a dyn Taker, count: usize) -> Self {
        Self { first: taker.depart(count), taker }
    }
}

impl Drop for Departed<'_> {
    fn drop(&mut self) {
        self.taker.landed(self.first);
    }
}
