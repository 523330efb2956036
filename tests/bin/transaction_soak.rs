//! Races transactions with single writes, and checks that none is lost and none is done by half. `cargo run -p tests --release
//! --bin transaction_soak -- --writes 100000` is what it takes by itself.

#![expect(clippy::print_stdout, reason = "a program that tells what it did")]

use std::process::ExitCode;
use std::time::Instant;

use rediscache::RedisSession;
use support::{SoakOptions, number, race};

const HELP: &str = "\
transaction_soak: transactions that race with single writes of two sessions

  --writes N       how many writes; 100000
  --server PATH    the program of the server; redis-server
";

#[tokio::main]
async fn main() -> ExitCode {
    let mut writes = 100_000;
    let options = SoakOptions::parse(std::env::args().skip(1), |name, value| match name {
        "--writes" => number(value).map(|number| writes = number).map(|()| true),
        _ => Ok(false),
    });
    match options {
        Ok(Some(options)) => soak(&options, writes).await,
        Ok(None) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("transaction_soak: {complaint}; see --help");
            ExitCode::from(2)
        }
    }
}

async fn soak(options: &SoakOptions, writes: u64) -> ExitCode {
    let server = options.server().start();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        match RedisSession::connect(&server.url()).await {
            Ok(session) => sessions.push(session),
            Err(error) => {
                eprintln!("transaction_soak: {error}");
                return ExitCode::from(2);
            }
        }
    }
    let started = Instant::now();
    match race(&sessions, writes).await {
        Ok(race) => {
            println!("{writes} writes, {race:?}, in {:.1?}", started.elapsed());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}
