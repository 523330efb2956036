//! Which session is in force: that of the innermost scope, otherwise the one that is installed.

use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use super::state::SessionState;

static INSTALLED: RwLock<Option<Arc<SessionState>>> = RwLock::new(None);

tokio::task_local! {
    static SCOPED: Arc<SessionState>;
}

pub(super) fn install(session: &Arc<SessionState>) {
    let last = INSTALLED.write().unwrap_or_else(PoisonError::into_inner).replace(Arc::clone(session));
    // Dropped after the lock is free: it may be the last clone, and closing connections takes its time.
    drop(last);
}

pub(super) async fn scope<F: Future>(session: &Arc<SessionState>, future: F) -> F::Output {
    SCOPED.scope(Arc::clone(session), future).await
}

/// Looks at the session in force, if there is one.
#[inline]
pub(super) fn look<T>(look: impl FnOnce(&Arc<SessionState>) -> T) -> Option<T> {
    let mut look = Some(look);
    let scoped = SCOPED.try_with(|session| look.take().map(|look| look(session)));
    match (scoped, look) {
        (Ok(looked), _) => looked,
        (Err(_), Some(look)) => INSTALLED.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(look),
        (Err(_), None) => None,
    }
}
