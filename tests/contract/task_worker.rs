//! Workers that die, and workers that hang.

use std::sync::mpsc;

use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession, RedisTask, RedisTaskQueue};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::queue_kind::soon;
use crate::queue_store::another;

/// What a test of tasks ends with: besides other errors there are those that hand a task back.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

pub(crate) type Jobs = RedisTaskQueue<u64>;

/// Takes the next tasks, many at once.
pub(crate) async fn take(jobs: &Jobs, count: usize) -> Vec<RedisTask<u64>> {
    let mut tasks = Vec::with_capacity(count);
    while tasks.len() < count {
        let batch = (count - tasks.len()).min(256);
        for task in join_all((0..batch).map(|_| soon(jobs.get()))).await {
            tasks.push(task.unwrap());
        }
    }
    tasks
}

/// Runs `work` on a runtime of its own, with a session of its own where the store allows. At the end the runtime goes,
/// and with it every heartbeat: to the store, this is a process that was killed. All that works on an embedded store is
/// on one runtime, so that there everyone dies at once.
pub(crate) async fn in_a_process<T, F>(
    session: &RedisSession,
    work: impl FnOnce(RedisSession) -> F + Send + 'static,
) -> T
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let session = session.clone();
    let process = spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(another(&session).await).await })
    });
    process.await.unwrap()
}

/// Takes the next tasks, and dies with them.
pub(crate) async fn die_with(session: &RedisSession, jobs: &Jobs, count: usize) -> Vec<u64> {
    let jobs = jobs.clone();
    let die = move |session: RedisSession| async move {
        take(&jobs.on(&session), count).await.iter().map(|task| **task).collect()
    };
    in_a_process(session, die).await
}

/// A worker that took one task and hangs.
pub(crate) struct Stalled {
    go_on: mpsc::Sender<()>,
    worker: JoinHandle<(ErrorKind, ErrorKind)>,
}

/// Takes the next task, and stops its whole runtime, heartbeat included, as SIGSTOP would.
pub(crate) async fn stall_with_one(session: &RedisSession, jobs: &Jobs) -> Stalled {
    let ((go_on, told), (hold, held)) = (mpsc::channel(), oneshot::channel());
    let (session, jobs) = (session.clone(), jobs.clone());
    let worker = tokio::spawn(async move {
        let work = move |session: RedisSession| async move {
            let task = jobs.on(&session).get().await.unwrap();
            hold.send(()).unwrap();
            told.recv().unwrap();
            soon(task.lost()).await;
            // It stays known.
            soon(task.lost()).await;
            let refused = task.finalize().await.unwrap_err();
            let kind = refused.kind();
            (kind, refused.into_task().reschedule().await.unwrap_err().kind())
        };
        in_a_process(&session, work).await
    });
    soon(held).await.unwrap();
    Stalled { go_on, worker }
}

impl Stalled {
    /// Lets it go on; it must find that its task is lost, and be refused to settle it.
    pub(crate) async fn finds_out(self) {
        self.go_on.send(()).unwrap();
        let refusals = soon(self.worker).await.unwrap();
        assert_eq!(refusals, (ErrorKind::TaskNotPending, ErrorKind::TaskNotPending));
    }
}
