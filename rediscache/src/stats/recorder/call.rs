//! A call as a recorder is told of it.

use crate::error::ErrorKind;

/// A call that ended.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "this build tells nobody"))]
pub(crate) struct RecordedCall {
    pub(crate) operation: &'static str,
    pub(crate) nanoseconds: u64,
    pub(crate) failure: Option<ErrorKind>,
}
