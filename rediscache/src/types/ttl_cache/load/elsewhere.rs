//! Leases that others hold, and one that could not be ended: what is done while a load waits, or after it.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::store::{Hearing, Life, Token, WeakStore};
use crate::types::object::Target;

/// How long one who waits for the lease of another does not look whether the server answers: no call of its own would tell.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);

/// How long a server is left alone that could not be told of the end of a lease.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until the lease of another may have ended, or the server is away, so that nobody would tell.
pub(super) async fn wait(at: &Target, entry: &str, hearing: Option<&mut Hearing>, left: Duration) {
    // It ends with its last millisecond.
    let over = sleep(left + Duration::from_millis(1));
    let told = async {
        match hearing {
            Some(hearing) => hearing.told().await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = told => {}
        () = over => {}
        () = silence(at, entry) => {}
    }
}

/// Returns when the server of an entry does not answer.
async fn silence(at: &Target, entry: &str) {
    loop {
        sleep(SIGN_OF_LIFE).await;
        let Ok(store) = at.store() else { return pending().await };
        // Any answer will do; this one is short.
        let answer = at.limit.bound_reading(store.entries().contains(entry, Life::of(Duration::MAX))).await;
        if store.is_away(entry) || answer.is_err_and(|error| error.is_retryable()) {
            return;
        }
    }
}

/// Ends a lease as soon as the server answers again, so that the next in line need not wait for its end. Nobody waits for this, and
/// it keeps nothing open.
pub(super) async fn end_when_back(store: WeakStore, entry: String, token: Token, lease: Duration) {
    let (over, mut told) = (Instant::now() + lease, false);
    while Instant::now() < over {
        sleep(PAUSE).await;
        let Some(opened) = store.upgrade() else { return };
        let Ok(store) = opened.get() else { return };
        if store.is_away(&entry) {
            continue;
        }
        match store.leases().end(&entry, token, (Duration::ZERO, Duration::ZERO)).await {
            // A server that takes no writes tells, and grants no lease to whoever looks again: they load without one.
            Err(error) if error.is_retryable() => told = told || store.leases().tell(&entry, token).await.is_ok(),
            _ => return,
        }
    }
}
