//! What the derive says of a cache: the keys of its field.

use std::time::Duration;

use super::RedisTtlCache;
use super::options::Options;
use crate::bounds::{Key, NearValue, Value};
use crate::codec::{Codec, OlderTypes, ShapedCodec};
use crate::near::Near;
use crate::session::RedisSession;
use crate::types::declaration::Declaration;
use crate::types::declare::{
    Clearing, RedisLeasedObject, RedisNearObject, RedisObject, RedisReadableObject, RedisTtlObject,
    RedisVersionedObject,
};
use crate::types::info::ObjectInfo;
use crate::types::object::Object;
use crate::types::window::{ObjectWindow, Window};

impl Declaration {
    /// Sets how long an entry lives after it was stored.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Sets how long an entry lives after it was last read or stored.
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Sets how long an entry is kept after its life for who loads it anew.
    pub const fn stale(mut self, stale: Duration) -> Self {
        self.stale = Some(stale);
        self
    }

    /// Sets what part of its life may be missing, by chance.
    pub const fn jitter(mut self, part: f64) -> Self {
        self.jitter = Some(part);
        self
    }

    /// Sets from which part of its life on an entry may be loaded anew.
    pub const fn eager(mut self, part: f64) -> Self {
        self.eager = Some(part);
        self
    }

    /// Sets how long a lease stands that nobody renews.
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }

    /// Sets how long a loader may take.
    pub const fn load_timeout(mut self, timeout: Duration) -> Self {
        self.load_timeout = Some(timeout);
        self
    }

    /// Sets how long a loader that failed is not asked again while there is a stale value.
    pub const fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// Makes a store that is away an error to who loads.
    pub const fn when_down_is_error(mut self) -> Self {
        self.down_is_error = true;
        self
    }

    /// The derive has one of `ttl` and `idle` said; without, nothing is kept, and every call refuses that.
    fn options(&self) -> Options {
        let mut options = Options::living(self.idle.or(self.ttl).unwrap_or_default());
        options.life.is_idle = self.idle.is_some();
        options.life.stale = self.stale.unwrap_or(options.life.stale);
        options.life.jitter = self.jitter.unwrap_or(options.life.jitter);
        options.eager = self.eager;
        options.lease = self.lease.unwrap_or(options.lease);
        options.load_timeout = self.load_timeout.unwrap_or(options.load_timeout);
        options.retry_after = self.retry_after.unwrap_or(options.retry_after);
        options.down_is_error = self.down_is_error;
        options.looked_at()
    }
}

impl<K: Key, V: Value, C: Codec> RedisObject for RedisTtlCache<K, V, C> {
    type Needs = Duration;
    type InRecord = Self;

    fn declare(declaration: Declaration) -> Self {
        Self::living(Object::declared(&declaration, Self::TYPES), declaration.options())
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }

    fn clear_all(&self) -> Clearing {
        Box::pin(self.clear())
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<K: Key, V: Value, C: Codec> RedisTtlObject for RedisTtlCache<K, V, C> {}

impl<K: Key, V: Value, C: Codec> RedisLeasedObject for RedisTtlCache<K, V, C> {}

impl<K: Key, V: NearValue, C: Codec> RedisNearObject for RedisTtlCache<K, V, C> {
    fn near(self, near: Near) -> Self {
        Self::near(self, near)
    }
}

impl<K: Key, V: Value, C: ShapedCodec> RedisVersionedObject for RedisTtlCache<K, V, C> {
    type Value = V;

    fn version(self, version: u32) -> Self {
        Self::version(self, version)
    }

    fn from_older_versions<O: OlderTypes<V> + 'static>(self, versions: &'static [u32]) -> Self {
        Self::from_older_versions::<O>(self, versions)
    }
}

impl<K: Key, V: Value, C: Codec> RedisReadableObject for RedisTtlCache<K, V, C> {
    fn unreadable_as_absent(self) -> Self {
        Self::unreadable_as_absent(self)
    }
}
