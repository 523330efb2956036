//! What operations on entries answer.

use crate::store::key::Cursor;

/// A value, and in how many milliseconds it ends; `None` where it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) value: Vec<u8>,
    pub(crate) left: Option<i64>,
}

/// One page of a walk over entries.
#[derive(Debug)]
pub(crate) struct StoredPage {
    /// What stands behind the name of the object and `:` in the names of entries, with the values.
    pub(crate) entries: Vec<(String, Vec<u8>)>,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Cursor>,
}

/// As [`StoredPage`], stale ones included, each with its end.
#[derive(Debug)]
pub(crate) struct FoundPage {
    pub(crate) entries: Vec<(String, Found)>,
    pub(crate) next: Option<Cursor>,
}
