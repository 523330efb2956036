//! Input that nobody of us made: what is stored, what a server answers, and what URLs are made of. Whatever it is, the end
//! is a value or an error, soon; and no password is ever shown.
//!
//! Stored values by themselves are a matter of `tests/codec`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod fake;
mod heartbeat;
mod password;
mod reply;
#[path = "../codec/small_process.rs"]
mod small_process;
mod stored;
mod url;

use std::fmt::Display;
use std::future::Future;
use std::io::{self, Write};
use std::time::Duration;

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs to its end, which must come.
async fn soon<T>(what: impl Display, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("no end came of {what}"))
}

/// Past the lock of the test harness, for the log.
fn report(figures: &str) {
    writeln!(io::stderr(), "HOSTILE {figures}").expect("standard error can be written");
}
