//! How a session is made of its options.

use std::sync::Arc;

use super::{RedisSession, RedisSessionBuilder, SessionState};
use crate::error::Result;
use crate::store::Store;

impl RedisSessionBuilder {
    /// Connects with these options and checks that the store answers.
    ///
    /// # Redis
    ///
    /// As of [`RedisSession::connect`]: connects, authenticates and sends one `PING`.
    ///
    /// # Errors
    ///
    /// As of [`RedisSession::connect`], by what the URL is and who is there; [`Config`](crate::ErrorKind::Config) also, before
    /// any I/O, for an option that is not acceptable.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use rediscache::{ErrorKind, RedisSession};
    ///
    /// let nameless = RedisSession::builder("memory://").global_namespace("").connect().await.unwrap_err();
    /// assert_eq!(nameless.kind(), ErrorKind::Config);
    /// # }
    /// ```
    pub async fn connect(self) -> Result<RedisSession> {
        self.open().await.map_err(|error| error.during("connect", None))
    }

    pub(super) async fn open(self) -> Result<RedisSession> {
        let config = self.config()?;
        let store = Store::connect(&config).await?;
        Ok(RedisSession(Arc::new(SessionState::new(store, &config.address, config.global_namespace))))
    }
}
