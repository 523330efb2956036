//! Leases that others hold, and one that could not be ended: what is done while a load waits, or after it.

use std::future::{Future, pending};
use std::time::Duration;

use futures_util::future::{BoxFuture, Fuse};
use tokio::time::{Instant, sleep};

use crate::config::LONGEST_TIME;
use crate::error::Result;
use crate::store::{Begun, Hearing, Life, OpenStore, Token, WeakStore};
use crate::types::object::Target;

/// A lease on its way.
pub(super) type AskedLease = Fuse<BoxFuture<'static, Result<Begun>>>;

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

/// Ends a lease when it is granted, or may have been, after all. What asks for it may be sent again, and reach the server late:
/// what ends it would get there first.
pub(super) async fn end_when_granted(store: OpenStore, asked: AskedLease, end: impl Future<Output = ()>) {
    let came = store.while_open(asked).await;
    drop(store);
    if matches!(came, Ok(Begun::Leased(_)) | Err(_)) {
        end.await;
    }
}

/// Ends a lease as soon as the server answers again, so that the next in line need not wait for its end. Nobody waits for this, and
/// it keeps nothing open.
pub(super) async fn end_when_back(store: WeakStore, entry: String, token: Token, lease: Duration) {
    let lease = lease.min(LONGEST_TIME);
    let (mut over, mut told) = (Instant::now() + lease, false);
    while Instant::now() < over {
        let Some(opened) = store.upgrade() else { return };
        let Ok(asked) = opened.get() else { return };
        if asked.is_away(&entry) {
            // What it has not read yet, it does when it is back.
            over = Instant::now() + lease;
        } else {
            match asked.leases().end(&entry, token, (Duration::ZERO, Duration::ZERO)).await {
                // A server that takes no writes tells, and grants no lease to whoever looks again: they load without one.
                Err(error) if error.is_retryable() => told = told || asked.leases().tell(&entry, token).await.is_ok(),
                _ => return,
            }
        }
        drop(opened);
        sleep(PAUSE).await;
    }
}
