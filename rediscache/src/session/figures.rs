//! What a session did so far.

use super::{RedisSession, SessionState};
use crate::stats::SessionStats;

impl RedisSession {
    /// Tells what this session did so far: calls, errors, latency and more, of each object and of all.
    ///
    /// Figures are those of this session in this process, and are kept while it lives. Objects of a family count together,
    /// under the namespace that they share.
    ///
    /// # Redis
    ///
    /// Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisSession};
    ///
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// names.get(1).await?;
    /// names.get(2).await?;
    ///
    /// let stats = session.stats();
    /// let names = stats.object("names").unwrap();
    /// assert_eq!((names.calls(), names.errors(), names.hits(), names.misses()), (3, 0, 1, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> SessionStats {
        let SessionState { counted, global_namespace, near_caches, store, .. } = &*self.0;
        SessionStats::of(
            counted.stats(global_namespace),
            global_namespace,
            near_caches.figures(),
            store.while_closing().wire_counts(),
        )
    }

    /// Hands figures to the recorder of the [`metrics`](https://docs.rs/metrics) facade that is in force.
    ///
    /// From the first time on, each call of this session is recorded as it ends, in the histogram `db.client.operation.duration`;
    /// until then, nothing is done for a recorder. Each time brings the counters up to date: call it when the recorder is
    /// installed, and whenever counters are about to be read, or every few seconds. The guide lists all there is, with an example.
    ///
    /// # Redis
    ///
    /// Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisSession;
    ///
    /// let session = RedisSession::in_memory();
    /// session.record_metrics();
    /// ```
    #[cfg(feature = "metrics")]
    pub fn record_metrics(&self) {
        self.0.counted.publish(|| self.stats(), &self.0.identity);
    }
}
