//! Ways to have jobs done, ours and those of others.

mod apalis;
mod bullmq;
mod ours;

use std::future::Future;
use std::ops::Range;

pub(crate) use apalis::{Apalis, Tuned};
pub(crate) use bullmq::BullMq;
pub(crate) use ours::{Ahead, FinalizeAndGet, GetAndFinalize};

use crate::handled::Handled;

/// How many jobs those hold who take more than one at once.
pub(crate) const HELD: usize = 100;

/// One way; each producer has a clone.
pub(crate) trait Side: Clone + Send + Sync + 'static {
    /// As it is told.
    const NAME: &str;

    /// As it is told where nobody works.
    const PUTS: &str;

    /// Workers that run.
    type Workers: Send;

    fn connect(url: &str) -> impl Future<Output = Self> + Send;
    fn put(&mut self, job: u64) -> impl Future<Output = ()> + Send;
    fn put_many(&mut self, jobs: Range<u64>) -> impl Future<Output = ()> + Send;

    /// Puts jobs so that workers can take them.
    fn put_ready(&mut self, jobs: Range<u64>) -> impl Future<Output = ()> + Send {
        self.put_many(jobs)
    }

    /// How many jobs wait.
    fn waiting(&self) -> impl Future<Output = u64> + Send;

    /// Whether all jobs are done, of which there are so many.
    fn has_ended(&self, jobs: u64) -> impl Future<Output = bool> + Send;

    /// Lets so many workers work, all of which mark what they are given.
    fn work(&self, workers: usize, handled: &Handled) -> impl Future<Output = Self::Workers> + Send;
    fn stop(&self, workers: Self::Workers) -> impl Future<Output = ()> + Send;
    fn close(self) -> impl Future<Output = ()> + Send;
}
