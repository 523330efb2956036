//! An object with what is declared of it, as each kind's window is made of.

use std::fmt;

use crate::types::info::ObjectInfo;

/// An object that is bound to a session.
pub(in crate::types) struct ObjectWindow<O> {
    pub(in crate::types) info: ObjectInfo,
    pub(in crate::types) object: O,
}

impl<O> ObjectWindow<O> {
    pub(in crate::types) fn new(info: ObjectInfo, object: O) -> Self {
        Self { info, object }
    }
}

impl<O> fmt::Debug for ObjectWindow<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("info", &self.info).finish_non_exhaustive()
    }
}
