//! What holds of a real server: its faults, its connections, and what is sent to it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod batch;
mod busy;
mod closing;
mod command;
mod connection;
mod dropped;
mod entry_command;
mod family;
mod fault;
mod figures;
mod frozen;
mod hostile;
mod idle;
mod linearizable;
mod load;
mod load_soak;
mod load_step;
mod lock;
mod member;
mod mistaken;
mod monitor;
mod near;
mod near_harm;
mod near_limit;
mod near_soak;
mod near_ttl;
mod near_untold;
mod permission;
mod ping;
mod queue;
mod queue_drops;
mod queue_kept;
mod queue_look;
mod queue_silence;
mod queue_wake;
mod refusal;
mod refused;
mod repeated;
mod restart;
mod scan;
mod script;
mod shapes;
mod shapes_permission;
#[path = "../codec/small_process.rs"]
mod small_process;
mod soak;
mod task_busy;
mod task_keys;
mod task_python;
mod task_restart;
mod tls;
mod transaction;
mod value;
mod wire;

use std::time::{Duration, Instant};

use rediscache::{RedisCache, RedisSession};

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(20);

fn names(session: &RedisSession) -> RedisCache<u64, String> {
    RedisCache::new("names").on(session)
}

/// Waits until it is so.
#[track_caller]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come to be");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The same without blocking the runtime.
async fn eventually_async(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come to be");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
