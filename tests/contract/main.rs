//! What every store does, the embedded one and Redis, the same on both.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod argument;
mod batch;
mod bulk;
mod cancel;
mod closed;
mod conditional;
mod dead_letter;
mod dead_letter_stream;
mod digits;
mod entry;
mod environment;
mod error;
mod every;
mod expiry;
mod family;
mod float;
mod golden;
#[path = "../codec/golden_file.rs"]
mod golden_file;
mod integer;
mod large;
mod load;
mod load_cancel;
mod load_stale;
mod load_write;
mod lock;
mod many_callers;
mod member_cancel;
mod model;
mod namespace;
mod near;
mod near_ttl;
mod number;
mod ping;
mod queue;
mod queue_cancel;
mod queue_closed;
mod queue_dead;
mod queue_kind;
mod queue_list;
mod queue_return;
mod queue_store;
mod queue_stream;
mod queue_wait;
mod queue_wrong_type;
mod ranking;
mod rate_limit;
mod record;
mod scan;
mod section;
mod session;
mod session_stats;
mod set;
mod shapes;
mod shapes_change;
mod shapes_foul;
mod shapes_kind;
mod shapes_older;
#[path = "../codec/small_process.rs"]
mod small_process;
mod snapshot;
mod standstill;
mod stats;
mod task;
mod task_attempt;
mod task_cancel;
mod task_dead;
mod task_delay;
mod task_error;
mod task_golden;
mod task_heartbeat;
mod task_next;
mod task_option;
mod task_pending;
mod task_recovery;
mod task_retry;
mod task_unreadable;
mod task_worker;
mod task_wrong_type;
mod timeout;
mod told;
mod transaction;
mod transaction_cancel;
mod ttl_entry;
mod ttl_life;
mod ttl_many;
mod unreadable;
mod url;
mod value;
mod value_bounds;
mod value_cancel;
mod value_update;
mod verify;
mod whole;
mod window;
mod window_kind;
mod window_queue;
mod wrong_type;

use rediscache::{ErrorKind, RedisCache, RedisSession};

fn names(session: &RedisSession) -> RedisCache<u64, String> {
    RedisCache::new("names").on(session)
}

#[track_caller]
fn kind<T>(result: rediscache::Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error.kind(),
    }
}
