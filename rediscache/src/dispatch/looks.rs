//! How a source comes to know those who ask.

use std::sync::Arc;

use super::line::Line;
use super::source::Source;
use crate::store::WeakStore;

/// A source that brings what it [looked](Source::look) for to those who ask.
pub(crate) trait Looks: Source {
    /// Told of those who ask, once.
    fn begin(self: &Arc<Self>, line: &Arc<Line<Self>>, store: &WeakStore);
}
