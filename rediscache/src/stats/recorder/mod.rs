//! Hands figures to the recorder of the `metrics` facade, where a session was told to.

mod call;
#[cfg(feature = "metrics")]
mod live;
#[cfg(feature = "metrics")]
mod names;
#[cfg(feature = "metrics")]
mod publisher;

#[cfg(feature = "metrics")]
use std::sync::{Arc, OnceLock};

pub(crate) use self::call::RecordedCall;
#[cfg(feature = "metrics")]
use self::live::LiveRecorder;
#[cfg(feature = "metrics")]
pub(crate) use self::publisher::MetricsPublisher;
#[cfg(feature = "metrics")]
use crate::config::StoreIdentity;

/// Records the calls of one object, from when on its session was told to.
#[derive(Debug, Default)]
pub(super) struct ObjectRecorder {
    #[cfg(feature = "metrics")]
    live: OnceLock<LiveRecorder>,
}

impl ObjectRecorder {
    /// Whether someone listens.
    #[inline]
    pub(super) fn is_live(&self) -> bool {
        #[cfg(feature = "metrics")]
        return self.live.get().is_some();
        #[cfg(not(feature = "metrics"))]
        false
    }

    /// Records how long a call took, and how it failed.
    pub(super) fn record(&self, call: RecordedCall) {
        #[cfg(feature = "metrics")]
        if let Some(live) = self.live.get() {
            live.record(call);
        }
        #[cfg(not(feature = "metrics"))]
        let _ = call;
    }

    #[cfg(feature = "metrics")]
    pub(super) fn begin(&self, namespace: &str, identity: &Arc<StoreIdentity>) {
        self.live.get_or_init(|| LiveRecorder::new(namespace, identity));
    }
}
