//! BullMQ, whose one worker has so many jobs done at once. Jobs that are done are kept, as it does by default.

use std::ops::Range;
use std::sync::Arc;

use bullmq::options::RedisConnectionOptions;
use bullmq::{BulkJob, Job, Queue, QueueOptions, Worker, WorkerOptions};
use serde_json::Value;

use super::Side;
use crate::handled::Handled;

const QUEUE: &str = "jobs";

#[derive(Clone)]
pub(crate) struct BullMq {
    queue: Arc<Queue>,
    connection: RedisConnectionOptions,
}

impl Side for BullMq {
    const NAME: &str = "BullMQ";
    const PUTS: &str = Self::NAME;

    type Workers = Worker;

    async fn connect(url: &str) -> Self {
        let connection = RedisConnectionOptions::new().url(url);
        let options = QueueOptions::new().connection(connection.clone());
        Self { queue: Arc::new(Queue::with_options(QUEUE, options).await.unwrap()), connection }
    }

    async fn put(&mut self, job: u64) {
        self.queue.add("job", job).await.unwrap();
    }

    async fn put_many(&mut self, jobs: Range<u64>) {
        self.queue.add_bulk(jobs.map(|job| BulkJob::new("job", job)).collect()).await.unwrap();
    }

    async fn waiting(&self) -> u64 {
        self.queue.get_job_counts().await.unwrap().waiting
    }

    async fn has_ended(&self, jobs: u64) -> bool {
        self.queue.get_job_counts().await.unwrap().completed == jobs
    }

    async fn work(&self, workers: usize, handled: &Handled) -> Worker {
        let handled = handled.clone();
        let handle = move |job: Job, _| {
            handled.mark(job.data().as_u64().unwrap());
            async { Ok(Value::Null) }
        };
        let options = WorkerOptions::new().connection(self.connection.clone()).concurrency(workers);
        Worker::with_options(QUEUE, handle, options).await.unwrap()
    }

    async fn stop(&self, worker: Worker) {
        // No milliseconds of patience: it has nothing to do, and would wait for a job until its call to the server ends.
        worker.close(0).await.unwrap();
    }

    async fn close(self) {
        self.queue.close().await;
    }
}
