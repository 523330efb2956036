//! What operations on a hash answer.

/// Fields with their values.
pub(crate) type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// One page of a scan.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Entries,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Vec<u8>>,
}
