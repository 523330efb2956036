//! What a task queue keeps when its server goes.

use std::time::Duration;

use redis::cmd;
use rediscache::{ErrorKind, RedisSession, RedisTask, RedisTaskQueue};
use support::{Server, values};
use tokio::runtime::{Builder, Runtime};

use crate::queue::kind::{soon, until};

const SILENCE: Duration = Duration::from_millis(1_500);

fn server() -> Server {
    Server::options().args(["--appendonly", "yes", "--appendfsync", "always"]).start()
}

/// A session of its own, once the server has read its data.
async fn connect(server: &Server) -> RedisTaskQueue<u64> {
    let mut session = None;
    until(async || {
        session = RedisSession::connect(&server.url()).await.ok();
        session.is_some()
    })
    .await;
    RedisTaskQueue::new("jobs").on(&session.unwrap())
}

/// Tries again with the task that is handed back, for as long as the server is not there.
async fn finalize_at_last(mut task: RedisTask<u64>) {
    let settled = async {
        while let Err(refused) = task.finalize().await {
            assert!(refused.error().is_retryable(), "{refused:?}");
            task = refused.into_task();
        }
    };
    soon(settled).await;
}

#[tokio::test]
async fn a_task_is_finalized_after_the_connection_was_lost() {
    let mut server = server();
    let jobs = connect(&server).await;
    jobs.put_many([1, 2]).await.unwrap();
    let (one, two) = (jobs.get().await.unwrap(), jobs.get().await.unwrap());
    server.kill();
    let refused = one.finalize().await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Connection | ErrorKind::Timeout), "{refused:?}");
    assert!(refused.error().is_retryable());
    let refused = refused.into_task().reschedule().await.unwrap_err();
    assert!(refused.error().is_retryable());
    let one = refused.into_task();
    assert_eq!((*one, one.attempt()), (1, 1));
    server.restart();
    finalize_at_last(one).await;
    finalize_at_last(two).await;
    assert_eq!((jobs.pending().await.unwrap(), jobs.len().await.unwrap()), (vec![], 0));
}

#[tokio::test]
async fn a_task_is_finalized_after_its_connection_was_killed() {
    let server = Server::start();
    let jobs = connect(&server).await;
    for item in 0..5 {
        jobs.put(item).await.unwrap();
        let task = jobs.get().await.unwrap();
        cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut server.raw()).unwrap();
        finalize_at_last(task).await;
    }
    until(async || jobs.is_empty().await.is_ok_and(|empty| empty)).await;
    assert_eq!(jobs.pending().await.unwrap(), [0; 0]);
}

#[tokio::test]
async fn what_waits_and_what_is_delayed_is_there_again() {
    let mut server = server();
    let jobs = connect(&server).await;
    jobs.put_many([1, 2]).await.unwrap();
    jobs.put_after(3, Duration::from_millis(50)).await.unwrap();
    jobs.put_after(9, Duration::from_secs(3600)).await.unwrap();
    server.restart();
    let jobs = connect(&server).await;
    for item in 1..=3 {
        let task = soon(jobs.get()).await.unwrap();
        assert_eq!((*task, task.attempt()), (item, 1));
        task.finalize().await.unwrap();
    }
    assert_eq!((jobs.delayed_len().await.unwrap(), jobs.len().await.unwrap()), (1, 0));
}

/// A waiting `get` hears of what was published on the last server.
#[tokio::test]
async fn one_who_waits_through_a_restart_gets_what_is_delayed() {
    let mut server = server();
    let jobs = connect(&server).await;
    let waiting = tokio::spawn(jobs.get());
    until(async || !crate::queue::blocked(&mut server.raw()).is_empty()).await;
    server.restart();
    until(async || jobs.put_after(7, Duration::from_millis(100)).await.is_ok()).await;
    assert_eq!(*soon(waiting).await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn who_lives_through_it_keeps_its_tasks() {
    let mut server = server();
    let jobs = connect(&server).await.recover_after(SILENCE);
    jobs.put_many([1, 2]).await.unwrap();
    let (kept, settled) = (jobs.get().await.unwrap(), jobs.get().await.unwrap());
    server.restart();
    finalize_at_last(settled).await;
    let other = connect(&server).await.recover_after(SILENCE).client_identifier("other");
    assert!(other.get_timeout(SILENCE * 3 / 2).await.unwrap().is_none(), "its heartbeat goes on");
    kept.finalize().await.unwrap();
}

#[tokio::test]
async fn attempts_and_dead_letters_are_there_again() {
    let mut server = server();
    let jobs = connect(&server).await.max_attempts(2);
    jobs.put_many([1, 2]).await.unwrap();
    for _ in 0..2 {
        jobs.get().await.unwrap().reschedule().await.unwrap();
    }
    jobs.get().await.unwrap().reschedule().await.unwrap();
    server.restart();
    let jobs = connect(&server).await.max_attempts(2);
    assert_eq!(values(jobs.dead()).await.unwrap(), [1]);
    let task = jobs.get().await.unwrap();
    assert_eq!((*task, task.attempt()), (2, 2));
    task.finalize().await.unwrap();
}

#[tokio::test]
async fn scripts_are_sent_again() {
    let server = Server::start();
    let jobs = connect(&server).await;
    let forget = || cmd("SCRIPT").arg("FLUSH").exec(&mut server.raw()).unwrap();
    for item in 0..3 {
        forget();
        jobs.put_after(item, Duration::ZERO).await.unwrap();
        forget();
        let task = jobs.get().await.unwrap();
        forget();
        task.reschedule().await.unwrap();
        forget();
        assert_eq!(jobs.len().await.unwrap(), 1);
        let task = jobs.get().await.unwrap();
        forget();
        task.finalize().await.unwrap();
    }
}

/// Its answer is read by nobody, whether or not the server ran it.
#[test]
fn a_task_on_its_way_to_a_runtime_that_ends_comes_to_another() {
    let server = server();
    for sent_for in [0, 5, 50] {
        let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let jobs = home.block_on(connect(&server)).recover_after(SILENCE);
        home.block_on(jobs.put(7)).unwrap();
        cmd("CLIENT").arg("PAUSE").arg(200).exec(&mut server.raw()).unwrap();
        let asked = home.spawn(jobs.try_get());
        std::thread::sleep(Duration::from_millis(sent_for));
        home.shutdown_background();
        Runtime::new().unwrap().block_on(async {
            assert!(asked.await.is_err());
            let task = soon(jobs.get()).await.unwrap();
            assert_eq!((*task, task.attempt()), (7, 1));
            task.finalize().await.unwrap();
        });
    }
}

/// No server says when that is in digits.
#[tokio::test]
async fn what_others_put_off_for_ever_keeps_nothing_else_waiting() {
    let server = server();
    let jobs = connect(&server).await;
    cmd("ZADD").arg("jobs$delayed").arg("+inf").arg("0123456789abcdef:i|1").exec(&mut server.raw()).unwrap();
    jobs.put_many([2, 3]).await.unwrap();
    let task = soon(jobs.get()).await.unwrap();
    let next = task.finalize_and_get().await.unwrap().expect("there is one more");
    assert_eq!((*next, next.attempt()), (3, 1));
    next.finalize().await.unwrap();
}
