//! How a source comes to know those who ask.

use std::sync::Arc;

use super::line::Line;
use super::lookout::Lookout;
use super::source::Source;
use crate::store::WeakStore;

/// A source that brings what it [looked](Source::look) for to those who ask.
pub(crate) trait Looks: Source {
    /// What is on its way to them.
    fn lookout(&self) -> &Lookout<Self>;

    /// Told of those who ask, once.
    fn begin(self: &Arc<Self>, line: &Arc<Line<Self>>, store: &WeakStore) {
        self.lookout().begin(line, store);
    }
}
