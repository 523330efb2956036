//! The names of entries, and of what lies beside them.

/// What the name of the lease of an entry that has a value ends with.
pub(crate) const LEASE: &str = "$lease";

/// What stands behind the name of the object in the name of an entry, if it is one of this object: such a rest has no `:` or
/// `$` of its own.
pub(super) fn rest_of<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.strip_prefix(prefix).filter(|rest| !rest.contains([':', '$']))
}
