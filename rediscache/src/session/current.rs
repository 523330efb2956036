use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::RedisSession;

static INSTALLED: RwLock<Option<RedisSession>> = RwLock::new(None);

/// Its number; zero when there is none.
static INSTALLED_NUMBER: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static SCOPED: RedisSession;
}

pub(super) fn install(session: &RedisSession) {
    let last = {
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        INSTALLED_NUMBER.store(session.number(), Ordering::Release);
        installed.replace(session.clone())
    };
    // Dropped after the lock is free: it may be the last clone, and closing connections takes its time.
    drop(last);
}

pub(super) async fn scope<F: Future>(session: &RedisSession, future: F) -> F::Output {
    SCOPED.scope(session.clone(), future).await
}

pub(super) fn current() -> Option<RedisSession> {
    SCOPED
        .try_with(RedisSession::clone)
        .ok()
        .or_else(|| INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone())
}

/// The number of [`current`], without a lock; zero without one.
#[inline]
pub(super) fn number() -> u64 {
    SCOPED.try_with(RedisSession::number).unwrap_or_else(|_| INSTALLED_NUMBER.load(Ordering::Acquire))
}
