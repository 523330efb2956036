//! Keeps callers in several processes at work while something breaks every second, and checks every answer against a
//! model. `cargo run -p tests --bin soak -- --help` tells more.

mod args;
mod audit;
mod crew;
mod fault;
mod figures;
mod ledger;
mod model;
mod probe;
mod record;
mod stage;
mod trial;
mod worker;

use std::io::{self, Write};
use std::process::ExitCode;

use args::Task;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Soak(options)) => trial::run(options).await,
        Ok(Task::Work(job)) => worker::run(job).await,
        Ok(Task::Help) => match io::stdout().write_all(args::HELP.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(2),
        },
        Err(complaint) => {
            eprintln!("soak: {complaint}; see --help");
            ExitCode::from(2)
        }
    }
}
