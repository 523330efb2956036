//! Loads entries while other processes load, write and die, and checks that no load outlives a write and that nobody waits for
//! the dead. `cargo run -p tests --bin load_soak -- --help` tells more.

#![expect(clippy::print_stdout, reason = "a program that tells what it did")]

mod args;
mod asking;
mod child;
mod crowd;
mod harm;
mod history;
mod process;
mod race;
mod speed;
mod stage;

use std::io::{self, Write};
use std::process::ExitCode;

use args::{Options, Part, Task};
use stage::Stage;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Ok(Task::Soak(options)) => soak(&options).await,
        Ok(Task::Child(job)) => child::run(&job).await,
        Ok(Task::Help) => match io::stdout().write_all(args::HELP.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(2),
        },
        Err(complaint) => {
            eprintln!("load_soak: {complaint}; see --help");
            ExitCode::from(2)
        }
    }
}

async fn soak(options: &Options) -> ExitCode {
    let mut stage = Stage::start(&options.shared);
    println!("load_soak: seed {}, {}", options.shared.seed, stage.version());
    let mut failures = 0;
    for part in &options.parts {
        let outcome = match part {
            Part::Race => race::run(&mut stage, options).await,
            Part::Cold => crowd::cold(&stage, options).await,
            Part::Killed => crowd::killed(&stage, options).await,
            Part::Harm => harm::run(options).await,
            Part::Speed => speed::run(&stage, options).await,
        };
        match outcome {
            Ok(figures) => println!("{part:?}: {figures}"),
            Err(violation) => {
                println!("{part:?}: VIOLATED: {violation}");
                failures += 1;
            }
        }
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
