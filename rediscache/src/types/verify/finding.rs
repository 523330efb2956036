//! What was found where a program and what is stored do not fit.

use std::fmt;

/// Something that [`verify`](crate::RedisSession::verify) found; its `Display` says what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(super) kind: FindingKind,
    pub(super) namespace: &'static str,
    pub(super) message: String,
    /// Where shapes differ, in short lines.
    pub(super) differences: Vec<String>,
}

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Two objects of the program have one key and different types. It may be meant: async-rediscache keeps several
    /// types in one hash.
    Mixed,
    /// The namespace holds, or is on record for, an object of another kind.
    OtherKind,
    /// The namespace is on record for keys that are written in another way, so that neither finds those of the other.
    OtherKey,
    /// The namespace is new, and one of the same fields, kinds and types is on record under the name of another struct.
    Renamed,
    /// There are values that the program cannot read.
    Unreadable,
}

impl Finding {
    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// The local namespace of the object of this program that it is about.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.namespace
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.namespace, self.message)?;
        self.differences.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}
