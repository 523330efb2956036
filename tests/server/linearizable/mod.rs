//! Whatever many callers do at once, each entry behaves as if their calls were made one after another.
//!
//! Each trial has some callers over some sessions, on a few entries of one namespace. Each caller draws its calls, makes
//! one after another, and gives some up half way. It records of each call what it was, what was answered, and the time
//! before it was first polled and after its answer was there, on a clock that counts how often it was looked at: where
//! one call was answered before another was made, the numbers say so.
//!
//! [`check`] then decides, for each entry by itself, whether the history is linearizable: whether there is an order of
//! the calls in which each gave the answer that it would give alone ([`register`]), and in which no call comes after one
//! that was made when it was answered already. It builds such an order from the front: next can be any call that was made
//! before the first answer of those that are left, and that answers what its caller was told. Where none fits, it goes
//! back and tries another. What is left to do depends only on which calls took effect and on what is in the entry then;
//! where that was tried before, it is not tried again. A call that was given up, or failed with its connection, took
//! effect at any time after it was made, or never. Where connections break, `set` and `update` may take effect a second time
//! before they are answered, since they are made once more on a fresh connection. Entries need not be looked at together, because a history of several
//! objects is linearizable where that of each is (Herlihy and Wing, 1990).
//!
//! See Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), and Lowe, "Testing for Linearizability" (2017).

mod caller;
mod check;
mod known;
mod mischief;
mod register;
mod trial;

use rediscache::RedisSession;
use support::{Cluster, Server, namespace, url};

use mischief::{broken_connections, moving_slot};
use trial::{Schedule, Trials};

/// Sessions that share what they store.
async fn sessions(count: usize, url: &str) -> Vec<RedisSession> {
    sessions_of(&namespace("linearizable"), count, url).await
}

async fn sessions_of(name: &str, count: usize, url: &str) -> Vec<RedisSession> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(RedisSession::builder(url).global_namespace(name).connect().await.unwrap());
    }
    sessions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_several_threads() {
    Trials::on(sessions(2, &url()).await, Schedule::Threads).run(100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_several_threads_of_one_session() {
    Trials::on(sessions(1, &url()).await, Schedule::Threads).run(100).await;
}

/// On one thread, so that nothing is answered while someone is polled.
#[tokio::test]
async fn callers_who_are_polled_in_any_order() {
    Trials::on(sessions(2, &url()).await, Schedule::AnyOrder).run(100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_whose_connections_break() {
    let server = Server::start();
    let trials = Trials::on(sessions(3, &server.url()).await, Schedule::Threads);
    trials.amid(broken_connections(&server)).run(100).await;
}

/// Nothing breaks, so that nothing may fail.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_a_cluster_whose_slots_move() {
    let cluster = Cluster::of_masters(&[]);
    // All trials in one slot.
    let name = "{linearizable}";
    let (slot, sessions) = (cluster.slot(name), sessions_of(name, 2, &cluster.url()).await);
    Trials::on(sessions, Schedule::Threads).amid(moving_slot(cluster, slot)).run(30).await;
}
