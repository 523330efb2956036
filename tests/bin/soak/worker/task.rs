//! The task queue, from which nothing may ever be lost.

use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisTask, RedisTaskQueue, Result, TaskError};
use tokio::time::{Instant, timeout};

use super::caller::{Caller, tell};
use crate::record::Record;

pub(crate) const NAMESPACE: &str = "tasks";

/// How long a process may be silent.
pub(crate) const RECOVER_AFTER: Duration = Duration::from_secs(1);

/// Short, so that what failed comes again within the trial.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

struct Work {
    caller: Caller,
    queue: RedisTaskQueue<u64>,
}

pub(super) async fn work(caller: Caller) {
    let queue = RedisTaskQueue::new(NAMESPACE).recover_after(RECOVER_AFTER).backoff(BACKOFF.0, BACKOFF.1);
    let queue = queue.on(&caller.session);
    let mut work = Work { caller, queue };
    while work.caller.goes_on().await {
        match work.caller.random.within(0..40) {
            0..8 => work.put().await,
            8..11 => work.put_later().await,
            11..20 => work.take("try_get", Duration::ZERO).await,
            20..28 => work.take("get_timeout", Duration::from_millis(100)).await,
            28..31 => work.take("get", Duration::from_millis(30)).await,
            31..34 => work.take("stream", Duration::from_millis(30)).await,
            34..36 => work.take("drain", Duration::ZERO).await,
            36 => work.reschedule_all().await,
            _ => work.measure().await,
        }
    }
}

impl Work {
    async fn put(&mut self) {
        let count = self.caller.random.within(1..4);
        let tasks: Vec<u64> = (0..count).map(|_| self.caller.fresh()).collect();
        tasks.iter().for_each(|&task| tell(&Record::Assign { task }));
        let done = match &*tasks {
            [task] => self.caller.call("put", self.queue.put(task)).await,
            _ => self.caller.call("put_many", self.queue.put_many(tasks.iter())).await,
        };
        if done.is_some() {
            tasks.iter().for_each(|&task| tell(&Record::Assigned { task }));
        }
    }

    async fn put_later(&mut self) {
        let (task, after) = (self.caller.fresh(), Duration::from_millis(self.caller.random.within(0..700)));
        tell(&Record::Assign { task });
        let done = if self.caller.random.percent(50) {
            self.caller.call("put_after", self.queue.put_after(task, after)).await
        } else {
            self.caller.call("put_at", self.queue.put_at(task, SystemTime::now() + after)).await
        };
        if done.is_some() {
            tell(&Record::Assigned { task });
        }
    }

    /// Takes a task in one of the ways there are, and works on it.
    async fn take(&mut self, way: &str, wait: Duration) {
        let started = Instant::now();
        let answer = self.taken(way, wait).await;
        self.caller.ended(way, started, wait, answer.as_ref().err());
        let Ok(Some(task)) = answer else { return };
        tokio::time::sleep(Duration::from_millis(self.caller.random.within(0..8))).await;
        match self.caller.random.within(0..20) {
            0 => self.settle("reschedule", task).await,
            // It failed, and comes again after its backoff.
            1 => drop(task),
            2 => self.put_back(task).await,
            3..10 => self.finalize_and_get(task).await,
            _ => self.finalize(task).await,
        }
    }

    async fn taken(&self, way: &str, wait: Duration) -> Result<Option<RedisTask<u64>>> {
        match way {
            "try_get" => self.queue.try_get().await,
            "get_timeout" => self.queue.get_timeout(wait).await,
            "get" => timeout(wait, self.queue.get()).await.ok().transpose(),
            "stream" => timeout(wait, self.queue.stream().next()).await.ok().flatten().transpose(),
            _ => self.queue.drain().next().await.transpose(),
        }
    }

    async fn finalize(&self, task: RedisTask<u64>) {
        let (number, attempt) = (*task, task.attempt());
        tell(&Record::Done { task: number, attempt });
        if self.settle_until_known("finalize", task).await {
            tell(&Record::Finalized { task: number, attempt });
        }
    }

    /// Works on one task after another, until there is none.
    async fn finalize_and_get(&self, mut task: RedisTask<u64>) {
        loop {
            let (number, attempt, started) = (*task, task.attempt(), Instant::now());
            tell(&Record::Done { task: number, attempt });
            let next = task.finalize_and_get().await;
            let error = next.as_ref().err().map(TaskError::error);
            let lost = error.is_some_and(|error| error.kind() == ErrorKind::TaskNotPending);
            self.caller.ended("finalize_and_get", started, Duration::ZERO, error.filter(|_| !lost));
            match next {
                Ok(next) => {
                    tell(&Record::Finalized { task: number, attempt });
                    let Some(next) = next else { return };
                    task = next;
                }
                Err(refused) if refused.error().is_retryable() => {
                    // It is done already.
                    if self.settle_until_known("finalize", refused.into_task()).await {
                        tell(&Record::Finalized { task: number, attempt });
                    }
                    return;
                }
                Err(_) => return,
            }
        }
    }

    async fn settle(&self, operation: &str, task: RedisTask<u64>) {
        self.settle_until_known(operation, task).await;
    }

    /// Settles a task, however often the server goes away meanwhile; whether it was this process's to the end.
    async fn settle_until_known(&self, operation: &str, mut task: RedisTask<u64>) -> bool {
        loop {
            let started = Instant::now();
            let settled = if operation == "finalize" { task.finalize().await } else { task.reschedule().await };
            let error = settled.as_ref().err().map(TaskError::error);
            let lost = error.is_some_and(|error| error.kind() == ErrorKind::TaskNotPending);
            self.caller.ended(operation, started, Duration::ZERO, error.filter(|_| !lost));
            match settled {
                Ok(()) => return true,
                Err(error) if error.error().is_retryable() => task = error.into_task(),
                Err(_) => return false,
            }
        }
    }

    async fn put_back(&self, task: RedisTask<u64>) {
        let (number, started) = (*task, Instant::now());
        drop(task);
        let answer = self.queue.reschedule_pending(number).await;
        let error = answer.as_ref().err().filter(|error| error.kind() != ErrorKind::TaskNotPending);
        self.caller.ended("reschedule_pending", started, Duration::ZERO, error);
    }

    async fn reschedule_all(&self) {
        let _ = self.caller.call("reschedule_all_pending", self.queue.reschedule_all_pending()).await;
    }

    async fn measure(&mut self) {
        match self.caller.random.within(0..4) {
            0 => drop(self.caller.call("len", self.queue.len()).await),
            1 => drop(self.caller.call("is_empty", self.queue.is_empty()).await),
            2 => drop(self.caller.call("delayed_len", self.queue.delayed_len()).await),
            _ => drop(self.caller.call("pending", self.queue.pending()).await),
        }
    }
}
