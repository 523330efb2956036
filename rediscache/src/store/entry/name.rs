//! The names of entries, and of what lies beside them.

/// What the name of the lease of an entry that has a value ends with.
pub(crate) const LEASE: &str = "$lease";
