use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use crate::percentile;

/// Every so many calls of a caller, one is timed.
const TIMED: u64 = 4;

/// Someone who calls again and again. Each caller is a clone of one.
pub trait Caller: Clone + Send + 'static {
    /// Makes the call of this number.
    fn call(&mut self, number: u64) -> impl Future<Output = ()> + Send;
}

/// How much is called.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many call at once.
    pub callers: usize,
    /// How long.
    pub time: Duration,
    /// The most calls that there can be.
    pub most: u64,
}

impl Load {
    /// As many calls as the time allows.
    #[must_use]
    pub fn of(callers: usize, time: Duration) -> Self {
        Self { callers, time, most: u64::MAX }
    }
}

/// How much is measured of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many times.
    pub rounds: usize,
    /// How long one side calls in one round.
    pub time: Duration,
}

impl Effort {
    /// So many rounds, where many call at once.
    ///
    /// What few callers wait for is threads that wake up, which takes another time from one moment to the next. The
    /// fewer they are, the more rounds there are, and shorter ones, so that all sides find the machine in one state.
    #[must_use]
    pub fn of(rounds: usize, time: Duration, callers: usize) -> Self {
        let parts = match callers {
            1 => 10,
            2..=256 => 4,
            _ => 1,
        };
        Self { rounds: rounds * parts as usize, time: time / parts }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Driven {
    /// Calls a second, of all callers together.
    pub rate: f64,
    /// How long a call took, in microseconds, at the median.
    pub median: f64,
    /// The same, at the 99th percentile.
    pub p99: f64,
}

/// Lets all callers call until the time is over. Each is a task of its own; one alone calls in the task of whoever
/// asks, so that all who are measured in turn run on one thread and find the machine in one state.
///
/// # Panics
///
/// When a call does.
pub async fn drive(caller: &impl Caller, load: Load) -> Driven {
    if load.callers == 1 {
        let start = Instant::now();
        let calls = Calls::make(&mut caller.clone(), (0, 1), load.most, || start.elapsed() >= load.time).await;
        return calls.sum_up(start);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let ready = Arc::new(Barrier::new(load.callers + 1));
    let begin = |place: usize| {
        let (mut caller, stop, ready) = (caller.clone(), Arc::clone(&stop), Arc::clone(&ready));
        tokio::spawn(async move {
            ready.wait().await;
            Calls::make(&mut caller, (place, load.callers), load.most, || stop.load(Ordering::Relaxed)).await
        })
    };
    let callers: Vec<_> = (0..load.callers).map(begin).collect();
    ready.wait().await;
    let start = Instant::now();
    tokio::time::sleep(load.time).await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Calls::default();
    for caller in callers {
        let calls = caller.await.expect("no call fails");
        all.made += calls.made;
        all.times.extend(calls.times);
    }
    all.sum_up(start)
}

#[derive(Default)]
struct Calls {
    made: u64,
    /// In microseconds.
    times: Vec<f64>,
}

impl Calls {
    /// Makes one caller's share, which has its place among all; one call at least.
    async fn make(
        caller: &mut impl Caller,
        (place, callers): (usize, usize),
        most: u64,
        is_over: impl Fn() -> bool,
    ) -> Self {
        let (place, callers) = (place as u64, callers as u64);
        let mut calls = Self::default();
        loop {
            let number = place + calls.made * callers;
            if (place + calls.made) % TIMED == 0 {
                let start = Instant::now();
                caller.call(number).await;
                calls.times.push(start.elapsed().as_secs_f64() * 1e6);
            } else {
                caller.call(number).await;
            }
            calls.made += 1;
            if calls.made >= most / callers || is_over() {
                return calls;
            }
        }
    }

    fn sum_up(mut self, start: Instant) -> Driven {
        #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
        let rate = self.made as f64 / start.elapsed().as_secs_f64();
        Driven { rate, median: percentile(&mut self.times, 50), p99: percentile(&mut self.times, 99) }
    }
}
