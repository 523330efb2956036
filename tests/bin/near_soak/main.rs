//! Reads from near caches while other processes write and the connection that tells of changes is cut, frozen, swallowed
//! and delayed, or slots move and masters change, and checks how old what was read is.
//! `cargo run -p tests --bin near_soak -- --help` tells more.

#![expect(clippy::print_stdout, reason = "a program that tells what it did")]

mod args;
mod figures;
mod harm;
mod lane;
mod stage;
mod trial;
mod writer;
mod writers;

use std::io::{self, Write};
use std::process::ExitCode;

use args::Task;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Read(options)) => trial::run(&options).await,
        Ok(Task::Write(job)) => writer::run(&job).await,
        Ok(Task::Help) => match io::stdout().write_all(args::HELP.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(2),
        },
        Err(complaint) => {
            eprintln!("near_soak: {complaint}; see --help");
            ExitCode::from(2)
        }
    }
}
