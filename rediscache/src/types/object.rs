use std::future::Future;

use tracing::Instrument;

use crate::backend::Store;
use crate::config::config;
use crate::error::Result;
use crate::namespace::{Key, Namespace};
use crate::operation::Operation;
use crate::session::RedisSession;
use crate::types::Declaration;

/// What every cache and queue is at its core: a name, and how to find the session in force.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    namespace: Namespace,
    /// Whether the session's global namespace goes in front.
    pub(super) global: bool,
    /// Whether those who write publish which fields they change.
    pub(super) announces: bool,
    /// The session bound by `.on`; without one, the current one is looked up at each use.
    session: Option<RedisSession>,
}

/// Where one call goes.
#[derive(Debug)]
pub(crate) struct Target {
    session: RedisSession,
    pub(crate) namespace: Namespace,
    pub(crate) key: Key,
}

impl Target {
    pub(crate) fn store(&self) -> Result<&Store> {
        self.session.store()
    }

    pub(crate) fn session(&self) -> &RedisSession {
        &self.session
    }
}

impl Object {
    pub(crate) const fn new(namespace: &'static str) -> Self {
        Self { namespace: Namespace::constant(namespace), global: true, announces: false, session: None }
    }

    pub(crate) fn with_namespace(namespace: String) -> Self {
        Self { namespace: Namespace::Shared(namespace.into()), global: true, announces: false, session: None }
    }

    pub(crate) fn declared(declaration: &Declaration) -> Self {
        Self { global: declaration.global, ..Self::new(declaration.namespace) }
    }

    pub(crate) fn on(&self, session: &RedisSession) -> Self {
        Self { session: Some(session.clone()), ..self.clone() }
    }

    pub(crate) fn name(&self) -> &Namespace {
        &self.namespace
    }

    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    pub(crate) fn key(&self) -> Result<String> {
        self.clone()
            .target()
            .map(|target| target.key.to_string())
            .map_err(|error| error.during("key", Some(self.namespace())))
    }

    /// The session in force, if there is one.
    pub(crate) fn session(&self) -> Option<RedisSession> {
        self.session.clone().or_else(|| RedisSession::in_force().ok())
    }

    /// The number of the session in force; zero without one.
    #[inline]
    pub(crate) fn session_number(&self) -> u64 {
        self.session.as_ref().map_or_else(RedisSession::number_in_force, RedisSession::number)
    }

    /// The session in force and the full Redis key in it. A session that was bound goes along.
    fn target(&mut self) -> Result<Target> {
        if let Some(fault) = self.namespace.fault() {
            return Err(config(fault));
        }
        let session = self.session.take().map_or_else(RedisSession::in_force, Ok)?;
        let global = if self.global { session.global_namespace() } else { "" };
        let key = self.namespace.key_below(global);
        if self.announces && !session.is_closed() {
            session.any_store().announce(&key);
        }
        Ok(Target { key, namespace: self.namespace.clone(), session })
    }

    /// Makes one call of `body`, with a span around it and its errors told where they happened.
    pub(crate) fn run<T, F>(
        &self,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Operation<T>
    where
        T: 'static,
        F: Future<Output = Result<T>> + Send,
    {
        let mut object = self.clone();
        Operation::new(async move {
            let span = tracing::debug_span!("rediscache", operation, namespace = object.namespace());
            let call = async { body(object.target()?).await };
            call.instrument(span).await.map_err(|error| error.during(operation, Some(object.namespace())))
        })
    }
}
