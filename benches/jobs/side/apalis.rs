//! Apalis and its store in Redis, with workers that share a connection.

use std::marker::PhantomData;
use std::ops::Range;
use std::time::Duration;

use apalis_core::backend::TaskSink;
use apalis_core::backend::ext::BackendExt;
use apalis_core::error::WorkerError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_redis::{Client, Config, RedisStorage};
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Cmd, FromRedisValue, cmd, from_redis_value};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{HELD, Side};
use crate::handled::Handled;

const QUEUE: &str = "jobs";

const PATIENCE: Duration = Duration::from_secs(10);

/// How it is set up.
pub(crate) trait Setting: Send + Sync + 'static {
    const NAME: &str;

    /// How often a worker that found no job looks again. Without this it looks with its next heartbeat, 30 seconds later.
    const LOOKS: Duration;

    fn config(default: Config) -> Config;
}

pub(crate) struct ByDefault;

impl Setting for ByDefault {
    const NAME: &str = "apalis, default";
    const LOOKS: Duration = Duration::from_millis(100);

    fn config(default: Config) -> Config {
        default
    }
}

/// For many short jobs: workers take as many as ours hold ahead, lock none of them, and tell nobody.
pub(crate) struct ForShortJobs;

impl Setting for ForShortJobs {
    const NAME: &str = "apalis, tuned";
    const LOOKS: Duration = Duration::from_millis(10);

    fn config(default: Config) -> Config {
        default.batch_size(HELD).lock_tasks(false).emit_events(false)
    }
}

pub(crate) struct Storage<S> {
    storage: RedisStorage<u64>,
    setting: PhantomData<S>,
}

pub(crate) type Apalis = Storage<ByDefault>;
pub(crate) type Tuned = Storage<ForShortJobs>;

impl<S> Clone for Storage<S> {
    fn clone(&self) -> Self {
        Self { storage: self.storage.clone(), setting: PhantomData }
    }
}

impl<S> Storage<S> {
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> T {
        let mut connection: ConnectionManager = self.storage.clone().get_connection().clone();
        from_redis_value(connection.req_packed_command(command).await.unwrap()).unwrap()
    }
}

impl<S: Setting> Side for Storage<S> {
    const NAME: &str = S::NAME;
    const PUTS: &str = "apalis";

    type Workers = (watch::Sender<bool>, JoinSet<()>);

    async fn connect(url: &str) -> Self {
        // As its own `connect`, but for the half second that the driver waits for all jobs to be put in one call.
        let patience = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
        let connection = Client::open(url).unwrap().get_connection_manager_with_config(patience).await.unwrap();
        let config = S::config(Config::default().queue(QUEUE));
        Self { storage: RedisStorage::new(connection).with_config(config), setting: PhantomData }
    }

    async fn put(&mut self, job: u64) {
        self.storage.push(job).await.unwrap();
    }

    async fn put_many(&mut self, jobs: Range<u64>) {
        self.storage.push_bulk(jobs.collect()).await.unwrap();
    }

    /// It keeps what is put among what is for later. The next worker who looks takes over all of that in one call of Lua's
    /// `unpack`, which fails from 8,000 jobs on; so it is done here, by the same commands.
    async fn put_ready(&mut self, jobs: Range<u64>) {
        self.put_many(jobs).await;
        let config = self.storage.get_config();
        let later = config.scheduled_jobs_set();
        let jobs: Vec<String> = self.ask(cmd("ZRANGE").arg(&later).arg(0).arg(-1)).await;
        let _: u64 = self.ask(cmd("RPUSH").arg(config.active_jobs_list()).arg(jobs)).await;
        let _: u64 = self.ask(cmd("DEL").arg(later)).await;
    }

    async fn waiting(&self) -> u64 {
        let config = self.storage.get_config();
        let ready: u64 = self.ask(cmd("LLEN").arg(config.active_jobs_list())).await;
        let later: u64 = self.ask(cmd("ZCARD").arg(config.scheduled_jobs_set())).await;
        ready + later
    }

    async fn has_ended(&self, jobs: u64) -> bool {
        let done: u64 = self.ask(cmd("SCARD").arg(self.storage.get_config().done_jobs_set())).await;
        done == jobs
    }

    async fn work(&self, workers: usize, handled: &Handled) -> Self::Workers {
        let (stop, stopped) = watch::channel(false);
        let workers = (0..workers).map(|number| {
            let (handled, mut stopped, storage) = (handled.clone(), stopped.clone(), self.storage.clone());
            let handle = move |job: u64| {
                handled.mark(job);
                async {}
            };
            let worker = WorkerBuilder::new(format!("worker-{number}"))
                .backend(storage.poll_with_interval(S::LOOKS))
                .build(handle);
            async move {
                let until = async move {
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                    Ok::<(), WorkerError>(())
                };
                worker.run_until(until).await.unwrap();
            }
        });
        (stop, workers.collect())
    }

    async fn stop(&self, (stop, mut workers): Self::Workers) {
        stop.send_replace(true);
        while let Some(worker) = workers.join_next().await {
            worker.unwrap();
        }
    }

    async fn close(self) {}
}
