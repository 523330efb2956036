//! The methods that every object has, whatever lies in Redis.

/// The methods that every object has, with examples of that type.
///
/// `$type` and `$of` are the parts of a type such as `RedisCache<u64, String>`, and `$made` is what its `new` is given to make
/// one that is called `names`.
macro_rules! named_methods {
    ($type:literal, $of:literal, $made:literal) => {
        $crate::types::named::bound_methods!($type, $of, $made);

        /// The full Redis key in the session in force, also when that is closed.
        ///
        /// # Errors
        ///
        /// [`NotInitialized`](crate::ErrorKind::NotInitialized) without a session and
        /// [`Config`](crate::ErrorKind::Config) for an unacceptable namespace.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
        #[doc = concat!("let names = ", $type, "::", $of, "::new", $made, ".on(&session);")]
        /// assert_eq!(names.key()?, "bot.names");
        /// # Ok(())
        /// # }
        /// ```
        pub fn key(&self) -> Result<String> {
            self.object.key()
        }
    };
}

/// The same, but for that which tells the key.
macro_rules! bound_methods {
    ($type:literal, $of:literal, $made:literal) => {
        /// Leaves the session's global namespace out of the key.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        #[doc = concat!("use rediscache::{", $type, ", RedisSession};")]
        ///
        #[doc = concat!("static SHARED: ", $type, $of, " = ", $type, "::new", $made, ".without_global_namespace();")]
        ///
        /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
        /// assert_eq!(SHARED.on(&session).key()?, "names");
        /// # Ok(())
        /// # }
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn without_global_namespace(mut self) -> Self {
            self.object.global = false;
            self
        }

        /// Bounds how long a call may take. Without it, the session's
        /// [`response_timeout`](crate::RedisSessionBuilder::response_timeout) does that alone.
        ///
        /// A call that takes longer fails with [`Timeout`](crate::ErrorKind::Timeout), and may have taken effect if it is not
        /// one that only reads. A call of several steps is bounded as a whole; streams, and what walks over all there is, at
        /// each step. Where waiting is the point, that does not count: for an item of a queue, for a critical section, for a
        /// loader. Rounded up to milliseconds.
        ///
        /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use
        /// elsewhere.
        ///
        /// # Examples
        ///
        /// ```
        /// use std::time::Duration;
        ///
        #[doc = concat!("use rediscache::", $type, ";")]
        ///
        #[doc = concat!("static NAMES: ", $type, $of, " = ", $type, "::new", $made, ".timeout(Duration::from_millis(50));")]
        /// assert_eq!(NAMES.namespace(), "names");
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.object.limit = $crate::types::limit::CallLimit::of(timeout);
            self
        }

        /// Makes a copy that uses `session`, whatever session is current.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::{", $type, ", RedisSession};")]
        ///
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new", $made, ".on(&session);")]
        /// assert_eq!(names.key().unwrap(), "names");
        /// ```
        #[must_use = "this makes a bound copy"]
        pub fn on(&self, session: &RedisSession) -> Self {
            let mut bound = self.clone();
            bound.object = self.object.on(session);
            bound
        }

        /// The local namespace, without the session's global one.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
        #[doc = concat!("let names = ", $type, "::", $of, "::new", $made, ".on(&session);")]
        /// assert_eq!(names.namespace(), "names");
        /// # Ok(())
        /// # }
        /// ```
        #[must_use]
        pub fn namespace(&self) -> &str {
            self.object.namespace()
        }
    };
}

pub(super) use {bound_methods, named_methods};
