//! What holds of each way in which servers are run: sockets, TLS, ACLs, clusters and Sentinels.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod cluster;
mod every;
mod failover;
mod harness;
mod load_away;
mod load_soak;
mod near;
mod near_failover;
mod near_permission;
mod near_ttl;
mod permission;
mod reshard;
mod sentinel;
mod shapes;
mod socket;
mod tls;
mod type_rights;

use std::time::Duration;

/// How long something may take that would otherwise never happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must come.
#[track_caller]
fn soon<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        let outcome = tokio::time::timeout(PATIENCE, future).await;
        outcome.unwrap_or_else(|_| panic!("what {caller} waits for does not come"))
    }
}

/// Asks until it is so.
#[track_caller]
fn until(mut is_so: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    soon(async move {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}
