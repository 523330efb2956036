//! A process that loads, when it is told to on its input, and says what it did.

use std::convert::Infallible;
use std::io::{self, BufRead};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use rediscache::{RedisSession, RedisTtlCache};

use crate::args::Job;

/// The key that all ask for.
pub(crate) const KEY: u64 = 1;

/// How long entries live.
pub(crate) const TTL: Duration = Duration::from_secs(600);

pub(crate) async fn run(job: &Job) -> ExitCode {
    let Ok(session) = RedisSession::connect(&job.url).await else { return ExitCode::from(2) };
    let cache = RedisTtlCache::<u64, u32>::with_namespace(job.namespace.clone(), TTL).on(&session);
    let cache = cache.lease(Duration::from_millis(job.lease));
    let _ = cache.get(KEY).await;
    println!("ready");
    let told = tokio::task::spawn_blocking(|| io::stdin().lock().lines().next().and_then(Result::ok));
    if !matches!(told.await, Ok(Some(_))) {
        return ExitCode::from(2);
    }
    let (load, own) = (Duration::from_millis(job.load), std::process::id());
    let callers: Vec<_> = (0..job.callers)
        .map(|_| {
            tokio::spawn(cache.get_or_load(KEY, move || async move {
                println!("began");
                tokio::time::sleep(load).await;
                println!("ended {}", micros());
                Ok::<u32, Infallible>(own)
            }))
        })
        .collect();
    let mut values = Vec::new();
    for caller in callers {
        match caller.await {
            Ok(Ok(value)) => values.push(value),
            _ => return ExitCode::FAILURE,
        }
    }
    let now = micros();
    values.sort_unstable();
    values.dedup();
    println!("answered {now} {values:?}");
    ExitCode::SUCCESS
}

/// Of all processes alike.
fn micros() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_micros())
}
