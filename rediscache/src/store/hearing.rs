//! Waits for the end of a lease.

use tokio::sync::watch;

use crate::store::redis::Subscription;

/// Hears of the end of leases of one entry.
pub(crate) enum Hearing {
    /// Told of the end of some lease; which one, the one who waits will see.
    Memory(watch::Receiver<()>),
    Redis(Subscription),
}

impl Hearing {
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
