//! This library, in three ways to work.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Range;

use futures_util::StreamExt;
use rediscache::{RedisSession, RedisTask, RedisTaskQueue, Result};
use tokio::task::JoinSet;

use super::{HELD, Side};
use crate::handled::Handled;

type Tasks = RedisTaskQueue<u64>;

/// How a worker works.
pub(crate) trait Way: Send + Sync + 'static {
    const NAME: &str;

    fn work(tasks: Tasks, handled: Handled) -> impl Future<Output = ()> + Send;
}

/// Two calls a job.
pub(crate) struct InTwoCalls;

impl Way for InTwoCalls {
    const NAME: &str = "this library, `get` and `finalize`";

    async fn work(tasks: Tasks, handled: Handled) {
        loop {
            let task = tasks.get().await.unwrap();
            handled.mark(*task);
            task.finalize().await.unwrap();
        }
    }
}

/// One call a job.
pub(crate) struct InOneCall;

impl Way for InOneCall {
    const NAME: &str = "this library, `finalize_and_get`";

    async fn work(tasks: Tasks, handled: Handled) {
        loop {
            let mut next = Some(tasks.get().await.unwrap());
            while let Some(task) = next {
                handled.mark(*task);
                next = task.finalize_and_get().await.unwrap();
            }
        }
    }
}

/// Jobs are handled one after the other, while others are on their way, to the worker or to their end.
pub(crate) struct HeldAhead;

impl Way for HeldAhead {
    const NAME: &str = "this library, 100 held ahead";

    async fn work(tasks: Tasks, handled: Handled) {
        let handle = |task: Result<RedisTask<u64>>| {
            let task = task.unwrap();
            handled.mark(*task);
            task.finalize()
        };
        let ends = tasks.stream_ahead(HELD).map(handle).buffer_unordered(HELD);
        ends.for_each(|ended| async { ended.unwrap() }).await;
    }
}

/// This library, whose workers work in this way.
pub(crate) struct Ours<W> {
    session: RedisSession,
    tasks: Tasks,
    way: PhantomData<W>,
}

pub(crate) type GetAndFinalize = Ours<InTwoCalls>;
pub(crate) type FinalizeAndGet = Ours<InOneCall>;
pub(crate) type Ahead = Ours<HeldAhead>;

impl<W> Clone for Ours<W> {
    fn clone(&self) -> Self {
        Self { session: self.session.clone(), tasks: self.tasks.clone(), way: PhantomData }
    }
}

impl<W: Way> Side for Ours<W> {
    const NAME: &str = W::NAME;
    const PUTS: &str = "this library";

    type Workers = JoinSet<()>;

    async fn connect(url: &str) -> Self {
        let session = RedisSession::connect(url).await.unwrap();
        let tasks = RedisTaskQueue::new("jobs").on(&session);
        Self { session, tasks, way: PhantomData }
    }

    async fn put(&mut self, job: u64) {
        self.tasks.put(job).await.unwrap();
    }

    async fn put_many(&mut self, jobs: Range<u64>) {
        self.tasks.put_many(jobs).await.unwrap();
    }

    async fn waiting(&self) -> u64 {
        self.tasks.len().await.unwrap()
    }

    async fn has_ended(&self, _: u64) -> bool {
        let stats = self.tasks.stats().await.unwrap();
        stats.waiting() + stats.delayed() + stats.pending() + stats.dead() == 0
    }

    async fn work(&self, workers: usize, handled: &Handled) -> JoinSet<()> {
        (0..workers).map(|_| W::work(self.tasks.clone(), handled.clone())).collect()
    }

    async fn stop(&self, mut workers: JoinSet<()>) {
        workers.shutdown().await;
    }

    async fn close(self) {
        self.session.close().await.unwrap();
    }
}
