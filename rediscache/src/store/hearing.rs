//! Waits for the end of a lease.

use tokio::sync::watch;

use super::redis::{Router, Subscriber, Subscription};
use crate::error::Result;

/// Hears of the end of leases of one entry, or of one lock.
pub(crate) enum Hearing {
    /// Told of the end of some lease; which one, the one who waits will see.
    Memory(watch::Receiver<()>),
    Redis(Subscription),
}

impl Hearing {
    /// Listens to a channel that belongs to `key`; `None` where an ACL forbids it, or the server tells nothing in RESP2: then what is
    /// left of the lease is waited for.
    pub(super) async fn on(
        router: &Router,
        subscriber: &Subscriber,
        key: &str,
        channel: String,
    ) -> Result<Option<Self>> {
        match router.in_time(subscriber.subscribe(key, channel)).await {
            Err(error) if !error.is_retryable() => {
                tracing::debug!(%error, "nobody tells of the ends of leases");
                Ok(None)
            }
            heard => heard.map(|subscription| Some(Self::Redis(subscription))),
        }
    }

    /// Returns when a lease may have ended, since the last time that this returned or since it was made. Dropping the future
    /// loses nothing.
    pub(crate) async fn told(&mut self) {
        match self {
            Self::Memory(ended) => {
                if ended.changed().await.is_err() {
                    // The store is gone, and so is everyone who could end one.
                    std::future::pending::<()>().await;
                }
            }
            Self::Redis(subscription) => subscription.told().await,
        }
    }
}
