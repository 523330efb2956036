//! What the derive says of a lock: the keys of its field.

use std::time::Duration;

use super::{LEASE, RedisLock};
use crate::bounds::Key;
use crate::session::RedisSession;
use crate::types::declaration::Declaration;
use crate::types::declare::{Clearing, RedisLeasedObject, RedisLockObject, RedisObject};
use crate::types::info::ObjectInfo;
use crate::types::object::Object;
use crate::types::window::{ObjectWindow, Window};

impl Declaration {
    /// Sets how long a lock is held at the most.
    pub const fn max_hold(mut self, max_hold: Duration) -> Self {
        self.max_hold = Some(max_hold);
        self
    }
}

impl<K: Key> RedisObject for RedisLock<K> {
    type Needs = ();
    type InRecord = Self;

    fn declare(declaration: Declaration) -> Self {
        let lock = Self::over(Object::declared(&declaration, Self::TYPES));
        Self { lease: declaration.lease.unwrap_or(LEASE), max_hold: declaration.max_hold, ..lock }
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }

    fn clear_all(&self) -> Clearing {
        Box::pin(self.forget_all())
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<K: Key> RedisLeasedObject for RedisLock<K> {}

impl<K: Key> RedisLockObject for RedisLock<K> {}
