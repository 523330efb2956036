//! A queue shared with workers of async-rediscache, by the commands that those send.

use redis::{Connection, cmd};
use rediscache::{RedisSession, RedisTaskQueue};
use support::{redis_session, url};

use crate::queue::kind::soon;

/// A worker that gets with `RPOPLPUSH` and finishes with `LREM`.
struct Python {
    raw: Connection,
    queue: String,
    pending: String,
}

impl Python {
    fn new(queue: &str, client: &str) -> Self {
        let raw = redis::Client::open(url()).unwrap().get_connection().unwrap();
        Self { raw, queue: queue.to_owned(), pending: format!("{queue}${client}_pending") }
    }

    fn get(&mut self) -> Option<String> {
        cmd("RPOPLPUSH").arg(&self.queue).arg(&self.pending).query(&mut self.raw).unwrap()
    }

    fn put(&mut self, item: &str) {
        cmd("LPUSH").arg(&self.queue).arg(item).exec(&mut self.raw).unwrap();
    }

    fn finalize(&mut self, item: &str) {
        assert_eq!(cmd("LREM").arg(&self.pending).arg(1).arg(item).query::<u64>(&mut self.raw), Ok(1));
    }

    fn keys(&mut self) -> Vec<String> {
        cmd("KEYS").arg(format!("{}*", self.queue)).query(&mut self.raw).unwrap()
    }
}

async fn shared(client: &'static str) -> (RedisTaskQueue<u64>, Python) {
    let session: RedisSession = redis_session("python").await;
    let jobs = RedisTaskQueue::<u64>::new("q").client_identifier(client).on(&session);
    let python = Python::new(&jobs.key().unwrap(), "w");
    (jobs, python)
}

#[tokio::test]
async fn each_gets_what_the_other_puts() {
    let (jobs, mut python) = shared("w").await;
    jobs.put_many([1, 2]).await.unwrap();
    python.put("i|3");
    let one = jobs.get().await.unwrap();
    assert_eq!(python.get().as_deref(), Some("i|2"));
    let three = jobs.get().await.unwrap();
    assert_eq!((*one, *three), (1, 3));
    assert_eq!(jobs.pending().await.unwrap(), [1, 2, 3], "one list for both");

    one.finalize().await.unwrap();
    python.finalize("i|2");
    assert_eq!(jobs.pending().await.unwrap(), [3]);
    three.reschedule().await.unwrap();
    assert_eq!(python.get().as_deref(), Some("i|3"));
    python.finalize("i|3");
    assert_eq!(jobs.pending().await.unwrap(), [0; 0]);
}

#[tokio::test]
async fn a_thousand_tasks_are_done_once_each() {
    for client in ["w", "rust"] {
        let (jobs, python) = shared(client).await;
        jobs.put_many((0..900).chain([7; 100])).await.unwrap();
        let rust = async {
            let mut done = Vec::new();
            while let Some(task) = jobs.try_get().await.unwrap() {
                done.push(*task);
                task.finalize().await.unwrap();
            }
            done
        };
        let python = tokio::task::spawn_blocking(move || {
            let (mut python, mut done) = (python, Vec::new());
            while let Some(item) = python.get() {
                python.finalize(&item);
                done.push(item.strip_prefix("i|").unwrap().parse().unwrap());
            }
            (python, done)
        });
        let (mut done, theirs) = tokio::join!(rust, python);
        let (mut python, theirs) = theirs.unwrap();
        done.extend::<Vec<u64>>(theirs);
        done.sort_unstable();
        let mut expected: Vec<u64> = (0..900).chain([7; 100]).collect();
        expected.sort_unstable();
        assert_eq!(done, expected);
        assert_eq!(python.keys(), [""; 0]);
    }
}

#[tokio::test]
async fn what_a_python_worker_left_is_rescheduled_by_hand() {
    let (jobs, mut python) = shared("w").await;
    jobs.put_many(0..4).await.unwrap();
    assert_eq!([python.get(), python.get()].map(Option::unwrap), ["i|0", "i|1"]);
    let mine = jobs.get().await.unwrap();
    assert!(jobs.reschedule_pending(9).await.is_err());
    jobs.reschedule_pending(1).await.unwrap();
    assert_eq!(jobs.pending().await.unwrap(), [0, 2]);
    assert_eq!(jobs.reschedule_all_pending().await.unwrap(), 2);
    assert!(mine.finalize().await.is_err(), "it went back with the others");
    for item in [0, 2, 3, 1] {
        let task = soon(jobs.get()).await.unwrap();
        assert_eq!(*task, item);
        task.finalize().await.unwrap();
    }
    assert_eq!(python.keys(), [""; 0]);
}

#[tokio::test]
async fn recovery_leaves_what_python_workers_hold() {
    let (jobs, mut python) = shared("w").await;
    let jobs = jobs.recover_after(std::time::Duration::from_millis(200));
    let session = redis_session("python").await;
    let survivor = RedisTaskQueue::<u64>::with_namespace(jobs.key().unwrap())
        .without_global_namespace()
        .recover_after(std::time::Duration::from_millis(200))
        .on(&session);
    jobs.put_many([7, 7, 8]).await.unwrap();
    assert_eq!(python.get().as_deref(), Some("i|7"));
    // Dies with its runtime.
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let session = RedisSession::connect(&url()).await.unwrap();
            let jobs = jobs_of(&session, &jobs.key().unwrap()).client_identifier("w");
            let _held = (jobs.get().await.unwrap(), jobs.get().await.unwrap());
        });
    })
    .await
    .unwrap();
    for item in [7, 8] {
        let task = soon(survivor.get()).await.unwrap();
        assert_eq!((*task, task.attempt()), (item, 2));
        task.finalize().await.unwrap();
    }
    python.finalize("i|7");
    assert_eq!(python.keys(), [""; 0]);
}

fn jobs_of(session: &RedisSession, key: &str) -> RedisTaskQueue<u64> {
    let jobs = RedisTaskQueue::with_namespace(key).without_global_namespace().on(session);
    jobs.recover_after(std::time::Duration::from_millis(200))
}
