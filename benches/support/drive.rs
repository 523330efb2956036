use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use crate::percentile;

/// Every so many calls of a caller, one is timed.
const TIMED: u64 = 4;

/// Whether it was built without optimizing: then it is only tried whether everything runs, for a moment each.
pub const IS_TRIAL: bool = cfg!(debug_assertions);

/// Someone who calls again and again. Each caller is a clone of one.
pub trait Caller: Clone + Send + 'static {
    /// Makes the call of this number.
    fn call(&mut self, number: u64) -> impl Future<Output = ()> + Send;
}

/// How much is measured of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many times.
    pub rounds: usize,
    /// How long one side's calls are counted in one round.
    pub time: Duration,
}

impl Effort {
    /// So many rounds, where many call at once.
    ///
    /// What few callers wait for is threads that wake up, which takes another time from one moment to the next. The
    /// fewer they are, the more rounds there are, and shorter ones, so that all sides find the machine in one state.
    #[must_use]
    pub fn of(rounds: usize, time: Duration, callers: usize) -> Self {
        if IS_TRIAL {
            return Self { rounds: 1, time: Duration::from_millis(10) };
        }
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

/// How long a side calls before its calls are counted, as a part of the time that they are.
const LEAD_IN: u32 = 4;

/// No call takes that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets so many callers call for a time, which begins with a part that is not counted.
///
/// # Panics
///
/// When a call does, or hangs.
pub async fn drive(caller: &impl Caller, callers: usize, time: Duration) -> Driven {
    let driven = async {
        call_for(caller, callers, time / LEAD_IN).await;
        call_for(caller, callers, time).await
    };
    tokio::time::timeout(PATIENCE, driven).await.expect("all calls come to an end")
}

/// Each caller is a task of its own. One alone calls in the task of whoever asks, so that all who are measured in turn
/// run on one thread and find the machine in one state.
async fn call_for(caller: &impl Caller, callers: usize, time: Duration) -> Driven {
    if callers == 1 {
        let start = Instant::now();
        return Calls::make(&mut caller.clone(), (0, 1), || start.elapsed() >= time).await.sum_up(start);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let ready = Arc::new(Barrier::new(callers + 1));
    let begin = |place: usize| {
        let (mut caller, stop, ready) = (caller.clone(), Arc::clone(&stop), Arc::clone(&ready));
        tokio::spawn(async move {
            ready.wait().await;
            Calls::make(&mut caller, (place, callers), || stop.load(Ordering::Relaxed)).await
        })
    };
    let tasks: Vec<_> = (0..callers).map(begin).collect();
    ready.wait().await;
    let start = Instant::now();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Calls::default();
    for task in tasks {
        let calls = task.await.expect("no call fails");
        all.made += calls.made;
        all.times.extend(calls.times);
    }
    all.sum_up(start)
}

#[derive(Default)]
struct Calls {
    made: u64,
    /// How long some of them took, in microseconds.
    times: Vec<f64>,
}

impl Calls {
    /// Makes the calls of the caller at this place among all, one at least.
    async fn make(caller: &mut impl Caller, (place, callers): (usize, usize), is_over: impl Fn() -> bool) -> Self {
        let (place, callers, mut calls) = (place as u64, callers as u64, Self::default());
        loop {
            let start = ((place + calls.made) % TIMED == 0).then(Instant::now);
            caller.call(place + calls.made * callers).await;
            calls.times.extend(start.map(|start| start.elapsed().as_secs_f64() * 1e6));
            calls.made += 1;
            if is_over() {
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
