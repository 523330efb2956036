//! What a heartbeat does, it does also for those who never stop asking.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession, RedisTaskQueue};
use support::Server;
use tokio::time::{sleep, timeout};

use crate::PATIENCE;

fn tasks(session: &RedisSession) -> RedisTaskQueue<u64> {
    RedisTaskQueue::new("tasks").recover_after(Duration::from_secs(1)).on(session)
}

#[tokio::test]
async fn a_task_whose_answer_was_lost_comes_again_amid_a_steady_flow() {
    let server = Server::start();
    let builder = RedisSession::builder(server.url()).response_timeout(Duration::from_secs(1));
    let tasks = tasks(&builder.connect().await.unwrap());
    tasks.put(1).await.unwrap();
    // The server learns the script, and then answers too late.
    tasks.len().await.unwrap();
    let mut raw = server.raw();
    redis::cmd("CLIENT").arg("PAUSE").arg(60_000).arg("WRITE").exec(&mut raw).unwrap();
    assert_eq!(tasks.try_get().await.unwrap_err().kind(), ErrorKind::Timeout);
    redis::cmd("CLIENT").arg("UNPAUSE").exec(&mut raw).unwrap();

    let started = Instant::now();
    loop {
        tasks.put(2).await.unwrap();
        let task = tasks.get().await.unwrap();
        let value = *task;
        task.finalize().await.unwrap();
        if value == 1 {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "pending are {:?}", tasks.pending().await);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_lost_task_is_found_out_amid_a_crowd_that_never_stops_asking() {
    let server = Server::start();
    let tasks = tasks(&RedisSession::connect(&server.url()).await.unwrap());
    tasks.put(0).await.unwrap();
    let held = tasks.get().await.unwrap();
    tasks.put_many(1..1_000).await.unwrap();
    let callers = join_all((0..128).map(|_| async {
        loop {
            // As many as before, so that nobody ever waits.
            tasks.get().await.unwrap().reschedule().await.unwrap();
        }
    }));
    let thief = async {
        sleep(Duration::from_millis(500)).await;
        tasks.reschedule_pending(0).await.unwrap();
        timeout(PATIENCE, held.lost()).await
    };
    tokio::select! {
        found = thief => found.expect("it finds out"),
        _ = callers => unreachable!(),
    }
}
