//! One worker of the `force` test: `force_worker URL NAMESPACE AT_ONCE RECORD`.
//!
//! Works on AT_ONCE tasks at once until its standard input ends, as it does when the test is gone. It appends a line
//! `done TASK ATTEMPT` to RECORD when the work on a task is done, before it finalizes it, and `finalized TASK` when the
//! server said that it is. Each line is one write, which outlives the process.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::time::Duration;
use std::{env, io, process, thread};

use futures_util::StreamExt;
use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession, RedisTask, RedisTaskQueue};

/// How long a worker may be silent.
const RECOVER_AFTER: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let mut args = env::args().skip(1);
    let mut arg = || args.next().expect("usage: force_worker URL NAMESPACE AT_ONCE RECORD");
    let (url, namespace, at_once, record) = (arg(), arg(), arg(), arg());
    let at_once: u64 = at_once.parse().expect("a number of tasks");
    let record = OpenOptions::new().append(true).open(record).expect("the record can be opened");
    let session = connect(&url).await;
    let tasks = RedisTaskQueue::with_namespace(namespace).recover_after(RECOVER_AFTER).on(&session);
    join_all((0..at_once).map(|_| work(&tasks, &record))).await;
}

/// Connects when the server is there.
async fn connect(url: &str) -> RedisSession {
    loop {
        match RedisSession::connect(url).await {
            Ok(session) => return session,
            Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn work(tasks: &RedisTaskQueue<u64>, mut record: &File) {
    let mut stream = tasks.stream();
    while let Some(task) = stream.next().await {
        match task {
            Ok(task) => {
                let (number, attempt) = (*task, task.attempt());
                tokio::time::sleep(Duration::from_millis(number % 16)).await;
                record.write_all(format!("done {number} {attempt}\n").as_bytes()).expect("a line can be written");
                if finalize(task).await {
                    record.write_all(format!("finalized {number}\n").as_bytes()).expect("a line can be written");
                }
            }
            Err(error) if error.is_retryable() => eprintln!("{error:?}"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Finalizes a task, however often the server goes away meanwhile; whether it was this worker's to the end.
async fn finalize(mut task: RedisTask<u64>) -> bool {
    loop {
        match task.finalize().await {
            Ok(()) => return true,
            Err(error) if error.error().is_retryable() => task = error.into_task(),
            Err(error) if error.kind() == ErrorKind::TaskNotPending => return false,
            Err(error) => panic!("{error:?}"),
        }
    }
}
