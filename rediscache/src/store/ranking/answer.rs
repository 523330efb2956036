//! What operations on a ranking ask for and answer.

use std::ops::Bound;

/// Scores from one to another.
pub(crate) type ScoreRange = (Bound<f64>, Bound<f64>);

/// Members with their scores.
pub(crate) type Scored = Vec<(Vec<u8>, f64)>;

/// One page of a scan.
#[derive(Debug)]
pub(crate) struct ScoredPage {
    pub(crate) members: Scored,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Vec<u8>>,
}
