use std::future::Future;
use std::sync::{PoisonError, RwLock};

use super::RedisSession;

static INSTALLED: RwLock<Option<RedisSession>> = RwLock::new(None);

tokio::task_local! {
    static SCOPED: RedisSession;
}

pub(super) fn install(session: &RedisSession) {
    let last = INSTALLED.write().unwrap_or_else(PoisonError::into_inner).replace(session.clone());
    // Dropped after the lock is free: it may be the last clone, and closing connections takes its time.
    drop(last);
}

pub(super) async fn scope<F: Future>(session: &RedisSession, future: F) -> F::Output {
    SCOPED.scope(session.clone(), future).await
}

/// As [`current`], without a clone.
pub(super) fn look<T>(look: impl FnOnce(&RedisSession) -> Option<T>) -> Option<T> {
    let mut look = Some(look);
    if let Ok(seen) = SCOPED.try_with(|session| look.take().and_then(|look| look(session))) {
        return seen;
    }
    let installed = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    installed.as_ref().zip(look).and_then(|(session, look)| look(session))
}

pub(super) fn current() -> Option<RedisSession> {
    SCOPED
        .try_with(RedisSession::clone)
        .ok()
        .or_else(|| INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone())
}
