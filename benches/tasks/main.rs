//! What the scripts of task queues cost: that they ask before they change anything, and in which order tasks end.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]

mod ask;
mod order;

use bench_support::{Machine, Options, Server};

fn main() {
    let options = Options::read();
    let server = Server::start();
    println!("{}", Machine::with(&server));
    if options.wants("ask") {
        ask::measure(server.url(), options.rounds(40, 400));
    }
    if options.wants("order") {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(order::measure(server.url(), options.rounds(3, 11)));
    }
}

/// Has the server begin to count anew.
fn reset(connection: &mut redis::Connection) {
    redis::cmd("CONFIG").arg("RESETSTAT").exec(connection).unwrap();
}

/// How long the commands of this name took since then, as the server says.
fn microseconds(connection: &mut redis::Connection, name: &str) -> f64 {
    let told: String = redis::cmd("INFO").arg("commandstats").query(connection).unwrap();
    let begin = format!("cmdstat_{name}:");
    let usec = told.lines().find_map(|line| line.strip_prefix(&begin)?.split("usec=").nth(1));
    usec.and_then(|usec| usec.split(',').next()?.parse().ok()).unwrap()
}
