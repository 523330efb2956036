//! The calls of one object on their way to a recorder.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Histogram, Label};

use super::call::RecordedCall;
use super::names::{DURATION, METADATA, key, namespace};
use crate::config::StoreIdentity;
use crate::error::ErrorKind;

/// Keeps what a recorder gave for each operation and outcome: some dozens at the most.
pub(super) struct LiveRecorder {
    identity: Arc<StoreIdentity>,
    namespace: Box<str>,
    histograms: Mutex<Vec<(&'static str, Option<ErrorKind>, Histogram)>>,
}

impl LiveRecorder {
    pub(super) fn new(namespace: &str, identity: &Arc<StoreIdentity>) -> Self {
        Self { identity: Arc::clone(identity), namespace: namespace.into(), histograms: Mutex::default() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a call of more than 104 days may be off by a nanosecond")]
    pub(super) fn record(&self, call: RecordedCall) {
        self.histogram(call.operation, call.failure).record(call.nanoseconds as f64 / 1e9);
    }

    fn histogram(&self, operation: &'static str, failure: Option<ErrorKind>) -> Histogram {
        let mut histograms = self.histograms.lock().unwrap_or_else(PoisonError::into_inner);
        let known = histograms.iter().find(|(name, kind, _)| *name == operation && *kind == failure);
        if let Some((.., histogram)) = known {
            return histogram.clone();
        }
        let labels = [Label::from_static_parts("db.operation.name", operation), namespace(&self.namespace)];
        let error = failure.map(|kind| Label::from_static_parts("error.type", kind.name()));
        let key = key(DURATION, &self.identity, labels.into_iter().chain(error));
        let histogram = metrics::with_recorder(|recorder| recorder.register_histogram(&key, &METADATA));
        histograms.push((operation, failure, histogram.clone()));
        histogram
    }
}

impl fmt::Debug for LiveRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveRecorder").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}
