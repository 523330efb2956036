//! What the derive says of a limit: the keys of its field.

use std::time::Duration;

use super::RedisLimit;
use crate::bounds::Key;
use crate::session::RedisSession;
use crate::types::declaration::Declaration;
use crate::types::declare::{Clearing, RedisLimitObject, RedisObject};
use crate::types::info::ObjectInfo;
use crate::types::object::Object;
use crate::types::window::{ObjectWindow, Window};

impl Declaration {
    /// Sets how many turns there are in each period.
    pub const fn rate(mut self, turns: u32, period: Duration) -> Self {
        self.rate = Some((turns, period));
        self
    }

    /// Sets how many may be taken at once.
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = Some(burst);
        self
    }
}

impl<K: Key> RedisObject for RedisLimit<K> {
    type Needs = (u32, Duration);
    type InRecord = Self;

    /// The derive has `rate` said.
    fn declare(declaration: Declaration) -> Self {
        let (turns, period) = declaration.rate.unwrap_or_default();
        let limit = Self::over(Object::declared(&declaration, Self::TYPES), turns, period);
        limit.burst(declaration.burst.unwrap_or(turns))
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

impl<K: Key> RedisLimitObject for RedisLimit<K> {}
