//! The answer of a write that depends on what is there.

/// What became of a conditional write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Equal,
    /// What is stored instead.
    Different(Vec<u8>),
    Absent,
}
