//! Items of a queue to those who wait: one task for each queue that someone gets from, which takes items for all who ask.
//!
//! Those who ask hold only the receiving end of a channel, so that dropping them at any point loses nothing: whatever
//! was under way for them is in the hands of the dispatcher's task, and what arrives for nobody goes back. Holds a store kept
//! open, and knows no session.

mod delivery;
mod dispatcher;
mod dispatchers;
mod hands;
mod leases;
mod line;
mod list_source;
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
