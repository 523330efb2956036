//! What every cache and queue is at its core: a name, and how to find the session in force.

use std::cell::LazyCell;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use super::declaration::Declaration;
use super::limit::CallLimit;
use super::reliance::Reliance;
use crate::codec::Meaning;
use crate::error::{Error, ErrorKind, Result};
use crate::namespace::{FullKey, Namespace};
use crate::record::{ObjectTypes, WriteKind, WrittenObject};
use crate::refusal::config;
use crate::session::{Loads, RedisSession};
use crate::shape::Schema;
use crate::stats::{CountPlace, ObjectCounts};
use crate::store::{OpenStore, Store};

#[derive(Clone, Debug)]
pub(super) struct Object {
    namespace: Namespace,
    /// Whether the session's global namespace goes in front.
    pub(super) global: bool,
    /// Whether those who write publish which entries they change.
    pub(super) publishes: bool,
    pub(super) meaning: Meaning,
    pub(super) types: &'static ObjectTypes,
    /// The program that declares it, if that is known.
    program: &'static Option<&'static str>,
    /// Whether a value that cannot be read is taken for absent.
    pub(super) unreadable_is_absent: bool,
    /// Whether calls are part of others, which are counted.
    pub(super) is_part: bool,
    /// The longest that a call takes.
    pub(super) limit: CallLimit,
    /// The session bound by `.on`; without one, the current one is looked up at each use.
    session: Option<RedisSession>,
}

/// Where one call goes.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) session: RedisSession,
    pub(super) namespace: Namespace,
    pub(super) key: FullKey,
    pub(super) is_global: bool,
    pub(super) meaning: Meaning,
    pub(super) unreadable_is_absent: bool,
    pub(super) limit: CallLimit,
    types: &'static ObjectTypes,
    program: &'static Option<&'static str>,
    /// Where it is counted.
    counted: CountPlace,
    reliance: Option<Reliance>,
}

impl Target {
    /// The same, for what is done there next.
    pub(super) fn again(&self) -> Self {
        let (session, namespace, key) = (self.session.clone(), self.namespace.clone(), self.key.clone());
        Self { session, namespace, key, reliance: None, ..*self }
    }

    /// The values of this call are sent to whoever finds this shape in the store.
    pub(super) fn rely_on(&mut self, schema: &'static Schema, connections: u64) {
        self.reliance.get_or_insert(Reliance { schema, connections });
    }

    /// The store, unless the session was closed.
    pub(super) fn store(&self) -> Result<&Store> {
        self.open_store().get()
    }

    /// Has nobody share the load of an entry any more that was written when this is dropped, whatever came of that.
    #[inline]
    pub(super) fn writing<'a>(&'a self, entry: &'a str) -> Writing<'a> {
        Writing { loads: &self.session.state().loads, entry }
    }

    /// The same of all entries of this object.
    pub(super) fn writing_all(&self) -> WritingAll<'_> {
        WritingAll { loads: &self.session.state().loads, object: &self.key }
    }

    pub(super) fn open_store(&self) -> &OpenStore {
        &self.session.state().store
    }

    /// What is counted of the object.
    #[inline]
    pub(super) fn counts(&self) -> &Arc<ObjectCounts> {
        self.session.state().counted.at(self.counted)
    }

    /// Has it on record, before something is written, what this namespace holds.
    #[inline]
    pub(super) fn note(&self, now: Instant) {
        self.session.state().objects(self.is_global).note(self.open_store(), self.written(), now);
    }

    /// The same of what takes no shape; nothing is locked where it was settled lately.
    #[inline]
    pub(super) fn note_write(&self, store: &Store) {
        let now = Instant::now();
        let kind = self.write_kind(None, store.connections_made());
        if !kind.is_settled(now) {
            self.note(now);
            kind.settle(now);
        }
    }

    /// What is to be settled before values of this schema are written.
    #[inline]
    pub(super) fn write_kind(&self, schema: Option<&'static Schema>, connections: u64) -> WriteKind {
        let session = self.session.state().near_caches.session();
        WriteKind::new(&self.written(), (session, self.is_global), schema, connections)
    }

    #[inline]
    fn written(&self) -> WrittenObject<'_> {
        let Self { ref namespace, types, program, .. } = *self;
        WrittenObject { namespace, types, version: self.meaning.version, program: *program }
    }
}

/// A write of an entry that is under way.
pub(super) struct Writing<'a> {
    loads: &'a Loads,
    entry: &'a str,
}

/// A write of all entries of an object that is under way.
pub(super) struct WritingAll<'a> {
    loads: &'a Loads,
    object: &'a str,
}

impl Drop for Writing<'_> {
    #[inline]
    fn drop(&mut self) {
        self.loads.end(self.entry);
    }
}

impl Drop for WritingAll<'_> {
    fn drop(&mut self) {
        self.loads.end_all(self.object);
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(reliance) = &self.reliance {
            reliance.end(&self.session, self.is_global);
        }
    }
}

impl Object {
    pub(super) const fn new(namespace: &'static str, types: &'static ObjectTypes) -> Self {
        Self::named(Namespace::constant(namespace), types)
    }

    pub(super) fn with_namespace(namespace: String, types: &'static ObjectTypes) -> Self {
        Self::named(Namespace::Shared(namespace.into()), types)
    }

    pub(super) const fn named(namespace: Namespace, types: &'static ObjectTypes) -> Self {
        let (meaning, program, session) = (Meaning::new(), &None, None);
        Self {
            namespace,
            global: true,
            publishes: false,
            meaning,
            types,
            program,
            unreadable_is_absent: false,
            is_part: false,
            limit: CallLimit::NONE,
            session,
        }
    }

    pub(super) fn declared(declaration: &Declaration, types: &'static ObjectTypes) -> Self {
        let Declaration { namespace, global, program, timeout, ref session, ref family, .. } = *declaration;
        let limit = timeout.map_or(CallLimit::NONE, CallLimit::of);
        let name = match family {
            Some(part) => Namespace::in_family(namespace, part),
            None => Namespace::constant(namespace),
        };
        Self { global, program, limit, session: session.clone(), ..Self::named(name, types) }
    }

    pub(super) fn on(&self, session: &RedisSession) -> Self {
        Self { session: Some(session.clone()), ..self.clone() }
    }

    /// The same, for calls that are part of one of that session.
    pub(super) fn part_in(&self, session: &RedisSession) -> Self {
        Self { is_part: true, ..self.on(session) }
    }

    /// Tells the span of a call that it failed, and the error whose it is.
    #[cold]
    pub(super) fn failed(&self, operation: &'static str, span: &Span, error: Error) -> Error {
        tell_failure(span, Some(&error));
        error.during(operation, Some(self.namespace()))
    }

    pub(super) fn name(&self) -> &Namespace {
        &self.namespace
    }

    pub(super) fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    /// What is shown of every object.
    pub(super) fn show(&self, shown: &mut fmt::DebugStruct<'_, '_>) {
        shown.field("namespace", &self.namespace());
        if let Some(timeout) = self.limit.duration() {
            shown.field("timeout", &timeout);
        }
    }

    pub(super) fn key(&self) -> Result<String> {
        let target = self.clone().target();
        target.map(|target| target.key.to_string()).map_err(|error| error.during("key", Some(self.namespace())))
    }

    /// The session in force, if there is one.
    pub(super) fn session(&self) -> Option<RedisSession> {
        self.session.clone().or_else(|| RedisSession::in_force().ok())
    }

    /// The number of the session in force; zero without one.
    #[inline]
    pub(super) fn session_number(&self) -> u64 {
        match &self.session {
            Some(session) => session.state().near_caches.session(),
            None => RedisSession::current_number(),
        }
    }

    /// The full Redis key where a call goes to that concerns this object, too.
    pub(super) fn key_beside(&self, at: &Target) -> Result<FullKey> {
        self.namespace.check()?;
        self.check_session(&at.session)?;
        let global = if self.global { at.session.global_namespace() } else { "" };
        Ok(self.namespace.key_below(global))
    }

    /// Where the part goes that concerns this object of a call of this session.
    pub(super) fn target_in(&self, session: &RedisSession) -> Result<Target> {
        self.check_session(session)?;
        self.on(session).target()
    }

    /// Refuses another session than that which was bound.
    fn check_session(&self, session: &RedisSession) -> Result<()> {
        let number = |session: &RedisSession| session.state().near_caches.session();
        if self.session.as_ref().is_some_and(|bound| number(bound) != number(session)) {
            return Err(config("one call cannot concern objects of two sessions; bind them to the same one with `on`"));
        }
        Ok(())
    }

    /// The session in force and the full Redis key in it. A session that was bound goes along.
    pub(super) fn target(&mut self) -> Result<Target> {
        let session = match self.session.take().map_or_else(RedisSession::in_force, Ok) {
            Ok(session) => session,
            Err(error) => return Err(self.namespace.check().err().unwrap_or(error)),
        };
        // Which checks the name when it is new.
        let counted = session.state().counted.find(&self.namespace, self.global)?;
        if let Some(fault) = self.types.fault(&self.meaning) {
            return Err(config(fault));
        }
        self.limit.check()?;
        let global = if self.global { session.global_namespace() } else { "" };
        let (key, namespace) = (self.namespace.key_below(global), self.namespace.clone());
        let Self { global: is_global, meaning, unreadable_is_absent, limit, types, program, .. } = *self;
        let target = Target {
            session,
            namespace,
            key,
            is_global,
            meaning,
            unreadable_is_absent,
            limit,
            types,
            program,
            counted,
            reliance: None,
        };
        if let Some(limit) = limit.duration() {
            target.open_store().while_closing().expect_within(limit);
        }
        if self.publishes && !target.open_store().is_closed() {
            target.open_store().while_closing().publish_changes(&target.key);
        }
        Ok(target)
    }
}

/// `None` for what cannot be read, where that is taken for absent.
pub(super) fn none_if_unreadable<V>(unreadable_is_absent: bool, read: Result<Option<V>>) -> Result<Option<V>> {
    match read {
        Err(error) if unreadable_is_absent && error.kind() == ErrorKind::Decode => {
            tracing::debug!(%error, "a value that cannot be read is taken for absent");
            Ok(None)
        }
        read => read,
    }
}

/// What surrounds one call: the attributes of the OpenTelemetry conventions for databases, and two of ours. Nothing is looked up
/// where nobody listens.
pub(super) fn span(
    operation: &'static str,
    namespace: &Namespace,
    session: impl FnOnce() -> Option<RedisSession>,
) -> Span {
    let session = LazyCell::new(session);
    let identity = || session.as_ref().map(|session| &*session.state().identity);
    tracing::debug_span!(
        "rediscache",
        operation,
        namespace = namespace.as_str(),
        otel.kind = "client",
        // Few names for many ids.
        otel.name = format_args!("{operation} {}", namespace.constant_part().unwrap_or_default()),
        otel.status_code = Empty,
        db.system.name = identity().map(|identity| identity.system),
        db.namespace = identity().and_then(|identity| identity.database.as_deref()),
        db.operation.name = operation,
        server.address = identity().and_then(|identity| identity.address.as_deref()),
        server.port = identity().and_then(|identity| identity.port),
        "error.type" = Empty,
    )
}

/// Tells the span of a call how that failed, if it did.
pub(super) fn tell_failure(span: &Span, failure: Option<&Error>) {
    if let Some(error) = failure {
        span.record("error.type", error.kind().name());
        span.record("otel.status_code", "ERROR");
    }
}
