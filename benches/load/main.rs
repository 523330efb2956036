//! What `get_or_load` costs where the value is there, and how soon many callers have theirs where nothing is.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod cold;
mod hit;
mod near;
mod side;

use std::time::Duration;

use bench_support::{Machine, Options, Server};

/// How long entries live: longer than this runs.
const TTL: Duration = Duration::from_secs(3_600);

fn main() {
    let options = Options::read();
    let (quick, server) = (options.quick, Server::start());
    println!("{}", Machine::with(&server));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = server.url().to_owned();
    // Not on the main thread, which is none of the runtime's.
    let measured = runtime.spawn(async move {
        if options.wants("hit") {
            hit::measure(&url, quick).await;
        }
        if options.wants("near") {
            near::measure(&url, quick).await;
        }
        if options.wants("cold") {
            cold::measure(&url, quick).await;
        }
    });
    runtime.block_on(measured).unwrap();
}
