//! Task queues beside others: jobs a second, how fast they are put, and an idle worker: how soon it has a job, and what it costs.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod handled;
mod idle;
mod put;
mod rate;
mod side;
mod turn;

use bench_support::{Machine, Options, Server};

fn main() {
    let options = Options::read();
    let (quick, server) = (options.quick, Server::start());
    println!("{}", Machine::with(&server));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (url, pid) = (server.url().to_owned(), server.pid());
    // Not on the main thread, which is none of the runtime's.
    let measured = runtime.spawn(async move {
        for workers in [1, 16, 64] {
            if options.wants(&workers.to_string()) {
                rate::measure(&url, workers, quick).await;
            }
        }
        if options.wants("put") {
            put::measure(&url, quick).await;
        }
        if options.wants("idle") {
            idle::measure(&url, pid, quick).await;
        }
    });
    runtime.block_on(measured).unwrap();
}

/// Forgets what was there before.
fn empty(url: &str) {
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    let () = redis::cmd("FLUSHALL").query(&mut connection).unwrap();
}
