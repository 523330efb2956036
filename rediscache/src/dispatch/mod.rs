//! Items of a queue to those who ask. They look for themselves, and together; where there is nothing, they wait for a task of
//! that queue, the dispatcher, which looks for all of them when something comes.
//!
//! Those who ask hold only the receiving end of a channel, so that dropping them at any point loses nothing: what was taken for
//! them arrives whether or not they are there, and what arrives for nobody goes back by the dispatcher. Holds a store kept open,
//! and knows no session.

mod delivery;
mod dispatcher;
mod dispatchers;
mod hands;
mod leases;
mod line;
mod line_state;
mod list_source;
mod lookout;
mod looks;
mod registration;
mod source;
mod stranded;
mod task_source;

pub(crate) use delivery::{Delivery, UnreadItem, Wait};
pub(crate) use dispatchers::Dispatchers;
pub(crate) use leases::{HeldTask, TaskEnding};
pub(crate) use list_source::ListSource;
pub(crate) use task_source::TaskSource;
