//! What a stored form begins with.

pub(super) const INTEGER: &str = "i|";
pub(super) const FLOAT: &str = "f|";
pub(super) const TEXT: &str = "s|";
pub(super) const BOOL: &str = "b|";
pub(super) const COMPOSITE: &str = "c|";
/// By names, in MessagePack.
pub(super) const DESCRIBED: &str = "m|";
