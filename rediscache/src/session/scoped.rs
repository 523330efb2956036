//! The session of the scope that a task is in, for what goes on in another task.

use super::{RedisSession, current};

impl RedisSession {
    /// That of the innermost scope, if there is one.
    pub(crate) fn scoped() -> Option<Self> {
        current::scoped().map(Self)
    }
}
