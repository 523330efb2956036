//! Asking whether the store answers.

use super::RedisSession;
use crate::error::Result;

impl RedisSession {
    /// Returns when the store has answered: for readiness probes, and before work that needs it.
    ///
    /// It takes the way of every other call, so that it fails where a read would fail. It looks at no key.
    ///
    /// # Redis
    ///
    /// One round trip, within the response timeout: `PING`. On a cluster one to each master that serves something, all at
    /// once, and each has to answer; of replicas none is asked. The embedded store answers at once.
    ///
    /// # Errors
    ///
    /// As of a read: [`Connection`](crate::ErrorKind::Connection), [`Timeout`](crate::ErrorKind::Timeout) and
    /// [`Server`](crate::ErrorKind::Server) when it does not answer, or not well; [`Closed`](crate::ErrorKind::Closed) after
    /// [`close`](Self::close). Repeating is safe, and helps where the error
    /// [is retryable](crate::Error::is_retryable).
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{ErrorKind, RedisSession};
    ///
    /// let session = RedisSession::in_memory();
    /// session.ping().await?;
    /// session.close().await?;
    /// assert_eq!(session.ping().await.unwrap_err().kind(), ErrorKind::Closed);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ping(&self) -> Result<()> {
        let ping = async { self.0.store.get()?.ping().await };
        // As large as the way to a server: kept out of the futures of those who ask.
        Box::pin(ping).await.map_err(|error| error.during("ping", None))
    }
}
