//! Sends letters out of a task queue, several at once: `cargo run --example worker -- --help`.
//!
//! Ctrl-C lets it finish the letters at hand, and leaves the others in the queue. Killed at any point, it loses none:
//! what it was sending returns to the queue 5 s later, for another worker or for the next start.
#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::env;
use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisNamespaced, RedisSession, RedisTask, RedisTaskQueue};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

const HELP: &str = "\
usage: worker COMMAND...

  put N               puts N letters into the queue
  run [--at-once N]   sends letters, 4 at once, until Ctrl-C
  status              tells how many letters there are

Commands are done in their order: `worker put 20 run`. The queue is on the server whose URL is in REDISCACHE_URL, where
any number of workers can share it; where that is unset, it is in the program and ends with it.";

#[derive(RedisNamespaced)]
struct Mail {
    /// A worker that is silent for 5 s is taken for dead. It may work on one letter for as long as it likes.
    #[rediscache(recover_after = "5s", max_attempts = 5)]
    outbox: RedisTaskQueue<Letter>,
}

#[derive(Serialize, Deserialize)]
struct Letter {
    number: u64,
    to: String,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let session = RedisSession::from_env().await?.install();
    let mut args = env::args().skip(1).peekable();
    if args.peek().is_none() {
        println!("{HELP}");
    }
    while let Some(command) = args.next() {
        match command.as_str() {
            "put" => put(number(args.next())?).await?,
            "run" => {
                let at_once = args.next_if_eq("--at-once").map_or(Ok(4), |_| number(args.next()))?;
                run(at_once.max(1)).await?;
            }
            "status" => status().await?,
            "--help" => println!("{HELP}"),
            unknown => return Err(format!("`{unknown}` is no command; see --help").into()),
        }
    }
    Ok(session.close().await?)
}

fn number<N: std::str::FromStr>(arg: Option<String>) -> Outcome<N> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| "a number is missing; see --help".into())
}

async fn put(count: u64) -> Outcome<()> {
    let letters = (1..=count).map(|number| Letter { number, to: format!("reader {number}") });
    Mail::outbox().put_many(letters).await?;
    println!("put {count} letters in");
    Ok(())
}

async fn status() -> Outcome<()> {
    let stats = Mail::outbox().stats().await?;
    let (waiting, delayed, pending, dead) = (stats.waiting(), stats.delayed(), stats.pending(), stats.dead());
    println!("{waiting} letters wait, {delayed} are for later, {pending} are being sent, {dead} could not be sent");
    Ok(())
}

/// Sends letters until Ctrl-C, then finishes those at hand.
async fn run(at_once: usize) -> Outcome<()> {
    println!("sending {at_once} letters at once, until Ctrl-C");
    let mut letters = Mail::outbox().stream();
    let mut at_hand = JoinSet::new();
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    let end: Outcome<()> = loop {
        tokio::select! {
            interrupted = &mut interrupt => break interrupted.map_err(Into::into),
            // A panic ends the worker: another one gets the letter when this process is gone.
            Some(done) = at_hand.join_next() => done?,
            Some(letter) = letters.next(), if at_hand.len() < at_once => match letter {
                Ok(letter) => drop(at_hand.spawn(deliver(letter))),
                Err(error) if error.is_retryable() || error.kind() == ErrorKind::Decode => {
                    eprintln!("{error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(error) => break Err(error.into()),
            },
        }
    };
    // What arrives from here on goes back to the queue.
    drop(letters);
    println!("finishing {} letters", at_hand.len());
    while let Some(done) = at_hand.join_next().await {
        done?;
    }
    end
}

/// Sends a letter and takes it off the queue; or puts it back, when it could not be sent.
async fn deliver(mut letter: RedisTask<Letter>) {
    let outcome = tokio::select! {
        outcome = send(&letter, letter.attempt()) => outcome,
        () = letter.lost() => return eprintln!("letter {} was given to another worker", letter.number),
    };
    match outcome {
        Ok(()) => println!("sent letter {} to {}", letter.number, letter.to),
        Err(reason) => println!("letter {} comes again: {reason}", letter.number),
    }
    loop {
        let settled = if outcome.is_ok() { letter.finalize().await } else { letter.reschedule().await };
        match settled {
            Ok(()) => return,
            // The server may be back soon. Once is enough, however often it is said.
            Err(error) if error.error().is_retryable() => letter = error.into_task(),
            Err(error) => return eprintln!("{error}"),
        }
    }
}

/// The work itself, which must bear to be done twice. Every tenth letter comes back the first time.
async fn send(letter: &Letter, attempt: u32) -> Result<(), &'static str> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    if letter.number.is_multiple_of(10) && attempt == 1 { Err("nobody was at home") } else { Ok(()) }
}
