//! Brings the counters of a recorder up to date with those of a session.

use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Label, Recorder, Unit};

use super::names::{
    BATCHED_CALLS, BATCHES, BYTES_READ, BYTES_WRITTEN, CONNECTIONS, COUNTERS, DURATION, HITS, LOADS, METADATA, MISSES,
    NEAR_HITS, NEAR_MISSES, RECONNECTS, REDELIVERIES, REQUESTS, key, namespace,
};
use crate::config::StoreIdentity;
use crate::stats::object::ObjectStats;
use crate::stats::whole::SessionStats;

/// What the recorder of a session was told last.
#[derive(Debug, Default)]
pub(crate) struct MetricsPublisher(Mutex<SessionStats>);

impl MetricsPublisher {
    /// Tells what came to it since.
    pub(in crate::stats) fn publish(&self, now: impl FnOnce() -> SessionStats, identity: &Arc<StoreIdentity>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now();
        metrics::with_recorder(|recorder| {
            describe(recorder);
            let more = |name, count: u64, object: Option<Label>| {
                let counter = recorder.register_counter(&key(name, identity, object), &METADATA);
                counter.increment(count);
            };
            for object in now.objects() {
                let last = told.object(object.key());
                for (name, count) in figures_of(object) {
                    let last = last.into_iter().flat_map(figures_of).find(|(other, _)| *other == name);
                    let last = last.map_or(0, |(_, count)| count);
                    more(name, count.saturating_sub(last), Some(namespace(object.namespace())));
                }
            }
            for ((name, count), (_, last)) in figures_of_all(&now).into_iter().zip(figures_of_all(&told)) {
                more(name, count.saturating_sub(last), None);
            }
        });
        *told = now;
    }
}

fn describe(recorder: &dyn Recorder) {
    recorder.describe_histogram(DURATION.into(), Some(Unit::Seconds), "Duration of database client operations.".into());
    for (name, unit, description) in COUNTERS {
        recorder.describe_counter(name.into(), Some(unit), description.into());
    }
}

fn figures_of(object: &ObjectStats) -> [(&'static str, u64); 8] {
    [
        (HITS, object.hits()),
        (MISSES, object.misses()),
        (NEAR_HITS, object.near_hits()),
        (NEAR_MISSES, object.near_misses()),
        (LOADS, object.loads()),
        (REDELIVERIES, object.redeliveries()),
        (BYTES_READ, object.bytes_read()),
        (BYTES_WRITTEN, object.bytes_written()),
    ]
}

fn figures_of_all(session: &SessionStats) -> [(&'static str, u64); 5] {
    [
        (REQUESTS, session.requests()),
        (BATCHES, session.batches().count()),
        (BATCHED_CALLS, session.batches().calls()),
        (CONNECTIONS, session.connections()),
        (RECONNECTS, session.reconnects()),
    ]
}
