//! Which session is in force: that of the innermost scope, otherwise the one that is installed.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::state::SessionState;

static INSTALLED: RwLock<Option<Arc<SessionState>>> = RwLock::new(None);

/// Its number; zero when there is none.
static INSTALLED_NUMBER: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static SCOPED: Arc<SessionState>;
}

pub(super) fn install(session: &Arc<SessionState>) {
    let last = {
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        INSTALLED_NUMBER.store(session.near_caches.session(), Ordering::Release);
        installed.replace(Arc::clone(session))
    };
    // Dropped after the lock is free: it may be the last clone, and closing connections takes its time.
    drop(last);
}

pub(super) async fn scope<F: Future>(session: &Arc<SessionState>, future: F) -> F::Output {
    SCOPED.scope(Arc::clone(session), future).await
}

pub(super) fn scoped() -> Option<Arc<SessionState>> {
    SCOPED.try_with(Arc::clone).ok()
}

pub(super) fn current() -> Option<Arc<SessionState>> {
    let installed = || INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone();
    scoped().or_else(installed)
}

/// The number of [`current`], without a lock; zero without one.
#[inline]
pub(super) fn number() -> u64 {
    let scoped = SCOPED.try_with(|session| session.near_caches.session());
    scoped.unwrap_or_else(|_| INSTALLED_NUMBER.load(Ordering::Acquire))
}
