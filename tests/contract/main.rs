//! What every store does, the embedded one and Redis, the same on both.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod argument;
mod bulk;
mod cancel;
mod closed;
mod conditional;
mod crowd;
mod entry;
mod environment;
mod error;
mod every;
mod expiry;
mod float;
mod golden;
#[path = "../codec/golden_file.rs"]
mod golden_file;
mod integer;
mod large;
mod lock;
mod model;
mod namespace;
mod number;
mod scan;
mod session;
#[path = "../codec/small_process.rs"]
mod small_process;
mod snapshot;
mod unreadable;
mod url;
mod whole;
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
