//! What goes through a task queue again and again: leases that end because their work is done, and looks for the next task.

use super::lease::{Client, EndingLease, Taken};
use crate::store::taker::Taker;

/// Who takes tasks for all of one client.
pub(crate) trait TaskTaker: Taker<Taken> {
    fn client(&self) -> &Client;
}

/// A lease that ends because its work is done, looks for tasks, or one look and a lease that ends in one step: then the look is
/// made only where the lease was still held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkCall<'a> {
    pub(crate) ending: Option<EndingLease>,
    /// By which those who look are known.
    pub(crate) tickets: &'a [u64],
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkDone {
    /// Whether the lease was still held, if one was to end.
    pub(crate) is_held: bool,
    /// Whether there were as many tasks as were looked for, by others at the same time too.
    pub(crate) is_enough: bool,
}
