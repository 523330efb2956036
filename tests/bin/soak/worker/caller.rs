use std::fmt::Debug;
use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rediscache::{Error, RedisSession, Result};
use support::Random;
use tokio::time::Instant;

use super::TIMEOUT;
use crate::record::Record;

/// The most ms between two rounds of a caller.
const LONGEST_PAUSE: u64 = 6;

/// What a call may take beyond its time before it is a violation; 100 ms are promised, on a machine that is not busy.
const SLACK: Duration = Duration::from_millis(800);

/// One caller, which makes one call after the other.
pub(crate) struct Caller {
    /// Nobody else has it, in no process.
    pub(crate) number: u64,
    pub(crate) session: RedisSession,
    pub(crate) random: Random,
    over: Arc<AtomicBool>,
    fresh: u64,
}

/// Writes one line to the parent, or ends where there is none.
pub(crate) fn tell(record: &Record) {
    let mut line = serde_json::to_vec(record).expect("a record has a form");
    line.push(b'\n');
    if io::stdout().lock().write_all(&line).is_err() {
        std::process::exit(2);
    }
}

impl Caller {
    pub(crate) fn new(number: u64, seed: u64, session: &RedisSession, over: &Arc<AtomicBool>) -> Self {
        let random = Random::from_seed(seed ^ number.wrapping_mul(0x9e37_79b9));
        Self { number, session: session.clone(), random, over: Arc::clone(over), fresh: 0 }
    }

    /// Whether there is another round, after a short pause.
    pub(crate) async fn goes_on(&mut self) -> bool {
        tokio::time::sleep(Duration::from_millis(self.random.within(0..LONGEST_PAUSE))).await;
        !self.is_over()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// A number that nobody used before.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.fresh += 1;
        self.number << 24 | self.fresh
    }

    /// Makes a call; `None` when its outcome is not known.
    pub(crate) async fn call<T>(&self, operation: &str, call: impl Future<Output = Result<T>>) -> Option<T> {
        self.call_within(operation, Duration::ZERO, call).await
    }

    /// The same, for a call that may also wait so long.
    pub(crate) async fn call_within<T>(
        &self,
        operation: &str,
        wait: Duration,
        call: impl Future<Output = Result<T>>,
    ) -> Option<T> {
        let started = Instant::now();
        let answer = call.await;
        self.ended(operation, started, wait, answer.as_ref().err());
        answer.ok()
    }

    /// Tells of a call that ended. The only failures there may be are those that pass.
    pub(crate) fn ended(&self, operation: &str, started: Instant, wait: Duration, error: Option<&Error>) {
        let late = started.elapsed().saturating_sub(TIMEOUT + wait);
        let late = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
        if started.elapsed() > TIMEOUT + wait + SLACK {
            tell(&Record::Violation(format!("{operation} took {:?} of {:?}", started.elapsed(), TIMEOUT + wait)));
        }
        let failure = error.map(|error| format!("{:?}", error.kind()));
        tell(&Record::Call { operation: operation.to_owned(), failure, late });
        // A right that was taken away is given back.
        let passes = |error: &Error| error.is_retryable() || error.to_string().contains("ACL forbids");
        if let Some(error) = error.filter(|error| !passes(error)) {
            tell(&Record::Violation(format!("{operation} failed in a way that does not pass: {error:?}")));
        }
    }

    /// Compares an answer with the model.
    pub(crate) fn check<T: PartialEq + Debug>(&self, what: &str, answer: &T, expected: &T) {
        if answer != expected {
            let number = self.number;
            tell(&Record::Violation(format!("{what} gave caller {number} {answer:?}, where {expected:?} is right")));
        }
    }

    /// The same for what must be so.
    pub(crate) fn ensure(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            tell(&Record::Violation(format!("caller {}: {}", self.number, what())));
        }
    }
}
