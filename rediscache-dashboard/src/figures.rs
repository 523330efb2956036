//! The figures of the session over the last hour, and since the last look.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rediscache::{LatencyHistogram, ObjectStats, RedisSession, SessionStats};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// From one point to the next.
const STEP: Duration = Duration::from_secs(5);

/// An hour of them, and no more are kept.
const MOST_POINTS: usize = 720;

/// What the session had done at a time, in all.
#[derive(Debug)]
pub(crate) struct Reading {
    at: Instant,
    calls: u64,
    errors: u64,
    latency: LatencyHistogram,
    near_hits: u64,
    near_misses: u64,
}

/// What it did between two of them.
#[derive(Debug)]
pub(crate) struct Point {
    /// Its end, in milliseconds since 1970.
    time: u128,
    calls_per_second: f64,
    errors_per_second: f64,
    /// In microseconds, as those below.
    median: Option<u128>,
    p99: Option<u128>,
    near_hits: u64,
    near_misses: u64,
}

impl Reading {
    pub(crate) fn of(session: &RedisSession) -> Self {
        let stats = session.stats();
        let sum = |of: fn(&ObjectStats) -> u64| SessionStats::objects(&stats).iter().map(of).sum();
        Self {
            at: Instant::now(),
            calls: stats.calls(),
            errors: stats.errors(),
            latency: stats.latency(),
            near_hits: sum(ObjectStats::near_hits),
            near_misses: sum(ObjectStats::near_misses),
        }
    }

    pub(crate) fn since(&self, earlier: &Self) -> Point {
        let seconds = self.at.duration_since(earlier.at).as_secs_f64().max(0.001);
        let latency = self.latency.since(&earlier.latency);
        let microseconds = |part| latency.quantile(part).map(|time| time.as_micros());
        // Of so few seconds there are few.
        let rate = |later: u64, earlier: u64| {
            let count = u32::try_from(later.saturating_sub(earlier)).unwrap_or(u32::MAX);
            (f64::from(count) / seconds * 10.0).round() / 10.0
        };
        Point {
            time: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
            calls_per_second: rate(self.calls, earlier.calls),
            errors_per_second: rate(self.errors, earlier.errors),
            median: microseconds(0.5),
            p99: microseconds(0.99),
            near_hits: self.near_hits.saturating_sub(earlier.near_hits),
            near_misses: self.near_misses.saturating_sub(earlier.near_misses),
        }
    }
}

impl Point {
    pub(crate) fn json(&self) -> Value {
        json!({
            "time": u64::try_from(self.time).unwrap_or(u64::MAX),
            "calls": self.calls_per_second,
            "errors": self.errors_per_second,
            "p50": self.median.and_then(|time| u64::try_from(time).ok()),
            "p99": self.p99.and_then(|time| u64::try_from(time).ok()),
            "near_hits": self.near_hits,
            "near_misses": self.near_misses,
        })
    }
}

/// The last hour of a session, from when somebody first looked.
#[derive(Debug)]
pub(crate) struct Figures {
    session: RedisSession,
    points: Mutex<VecDeque<Point>>,
    recording: OnceLock<JoinHandle<()>>,
}

impl Figures {
    pub(crate) fn new(session: &RedisSession) -> Self {
        Self { session: session.clone(), points: Mutex::default(), recording: OnceLock::new() }
    }

    /// Begins to record, unless that has begun; it ends with the dashboard or the session.
    pub(crate) fn begin(self: &Arc<Self>) {
        self.recording.get_or_init(|| tokio::spawn(record(Arc::downgrade(self), Reading::of(&self.session))));
    }

    pub(crate) fn json(&self) -> Value {
        let points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        let stats = self.session.stats();
        json!({
            "step": STEP.as_secs(),
            "points": points.iter().map(Point::json).collect::<Vec<_>>(),
            "objects": stats.objects().iter().map(object_json).collect::<Vec<_>>(),
            "reconnects": stats.reconnects(),
        })
    }

    /// Adds what was done since an earlier reading, and gives the one of now.
    fn add(&self, earlier: &Reading) -> Reading {
        let now = Reading::of(&self.session);
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        if points.len() == MOST_POINTS {
            points.pop_front();
        }
        points.push_back(now.since(earlier));
        now
    }
}

impl Drop for Figures {
    fn drop(&mut self) {
        if let Some(recording) = self.recording.get() {
            recording.abort();
        }
    }
}

async fn record(figures: Weak<Figures>, mut last: Reading) {
    let mut ticks = interval(STEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        match figures.upgrade().filter(|figures| !figures.session.is_closed()) {
            Some(figures) => last = figures.add(&last),
            None => return,
        }
    }
}

/// What was done with one object since the session began.
fn object_json(object: &ObjectStats) -> Value {
    let micros = |part| object.latency().quantile(part).and_then(|time| u64::try_from(time.as_micros()).ok());
    let errors = object.errors_by_kind().map(|(kind, count)| (format!("{kind:?}"), json!(count)));
    json!({
        "namespace": object.namespace(),
        "calls": object.calls(),
        "errors": Value::Object(errors.collect()),
        "p50": micros(0.5),
        "p99": micros(0.99),
        "read": object.bytes_read(),
        "written": object.bytes_written(),
    })
}
