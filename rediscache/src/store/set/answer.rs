//! What operations on a set answer.

/// One page of a scan.
#[derive(Debug)]
pub(crate) struct MemberPage {
    pub(crate) members: Vec<Vec<u8>>,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Vec<u8>>,
}
