//! The methods that every cache and queue has.

/// The methods that every cache and queue has; `$data` is what its key holds.
macro_rules! shared_methods {
    ($data:expr) => {
        /// Names an object by a constant.
        ///
        /// An empty name does not compile where the call is a constant itself, and is
        /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
        ///
        /// # Examples
        ///
        /// ```
        /// use rediscache::RedisCache;
        ///
        /// static BIRTHDAYS: RedisCache<String, String> = RedisCache::new("birthday");
        /// assert_eq!(BIRTHDAYS.namespace(), "birthday");
        /// ```
        #[must_use]
        pub const fn new(namespace: &'static str) -> Self {
            Self::over(Object::new(namespace))
        }

        /// Names an object by a string that is known only at run time.
        ///
        /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use.
        ///
        /// # Examples
        ///
        /// ```
        /// use rediscache::RedisCache;
        ///
        /// let shard = RedisCache::<u64, String>::with_namespace(format!("names.{}", 7));
        /// assert_eq!(shard.namespace(), "names.7");
        /// ```
        #[must_use]
        pub fn with_namespace(namespace: impl Into<String>) -> Self {
            Self::over(Object::with_namespace(namespace.into()))
        }

        /// Leaves the session's global namespace out of the key.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        /// use rediscache::{RedisCache, RedisSession};
        ///
        /// static SHARED: RedisCache<u64, String> = RedisCache::new("shared").without_global_namespace();
        ///
        /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
        /// assert_eq!(SHARED.on(&session).key()?, "shared");
        /// # Ok(())
        /// # }
        /// ```
        #[must_use = "this makes a changed object"]
        pub const fn without_global_namespace(mut self) -> Self {
            self.object.global = false;
            self
        }

        /// Makes a copy that uses `session`, whatever session is current.
        ///
        /// # Examples
        ///
        /// ```
        /// use rediscache::{RedisCache, RedisSession};
        ///
        /// let session = RedisSession::in_memory();
        /// let names = RedisCache::<u64, String>::new("names").on(&session);
        /// assert_eq!(names.key().unwrap(), "names");
        /// ```
        #[must_use = "this makes a bound copy"]
        pub fn on(&self, session: &RedisSession) -> Self {
            let mut bound = self.clone();
            bound.object = self.object.on(session);
            bound
        }

        /// The local namespace, without the session's global one.
        #[must_use]
        pub fn namespace(&self) -> &str {
            self.object.namespace()
        }

        /// The full Redis key in the session in force.
        ///
        /// # Errors
        ///
        /// [`NotInitialized`](crate::ErrorKind::NotInitialized) without a session and
        /// [`Config`](crate::ErrorKind::Config) for an unacceptable namespace.
        pub fn key(&self) -> Result<String> {
            self.object.key()
        }

        /// Removes all there is, expiry included.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `UNLINK`, which frees the memory in the background, in a script that checks the
        /// data type.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else, which stays. Safe to repeat.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, it may or may not have taken effect.
        pub fn clear(&self) -> Operation<()> {
            Operation::new(&self.object, "clear", |at| async move { at.store()?.keys().clear(&at.key, $data).await })
        }

        /// Ends the life of the whole namespace after this time; `false` where nothing is stored.
        ///
        /// Rounded up to milliseconds; zero removes everything at once. What is stored later under the same key starts
        /// without expiry; what is added before then shares it.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PEXPIRE`, in a script that checks the data type.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, it may or may not have taken effect.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        /// use rediscache::{RedisCache, RedisSession};
        /// use std::time::Duration;
        ///
        /// let session = RedisSession::in_memory();
        /// let names = RedisCache::<u64, String>::new("names").on(&session);
        /// assert!(!names.set_expiry(Duration::from_secs(60)).await?);
        ///
        /// names.set(1, "one").await?;
        /// assert!(names.set_expiry(Duration::from_secs(60)).await?);
        /// assert!(names.expiry().await? <= Some(Duration::from_secs(60)));
        /// assert!(names.persist().await?);
        /// assert_eq!(names.expiry().await?, None);
        /// # Ok(())
        /// # }
        /// ```
        pub fn set_expiry(&self, after: Duration) -> Operation<bool> {
            Operation::new(&self.object, "set_expiry", move |at| async move {
                at.store()?.keys().expire(&at.key, $data, after).await
            })
        }

        /// Ends the life of the whole namespace then; `false` where nothing is stored.
        ///
        /// Rounded up to milliseconds; a time that is past removes everything at once. The embedded store turns it
        /// into a duration when called, so that it follows tokio's clock.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PEXPIREAT`, in a script that checks the data type. The server's clock decides.
        ///
        /// # Errors
        ///
        /// As [`set_expiry`](Self::set_expiry).
        ///
        /// # Cancel safety
        ///
        /// As [`set_expiry`](Self::set_expiry).
        pub fn set_expiry_at(&self, at: SystemTime) -> Operation<bool> {
            let then = at;
            Operation::new(&self.object, "set_expiry_at", move |at| async move {
                at.store()?.keys().expire_at(&at.key, $data, then).await
            })
        }

        /// The time left to live, in milliseconds' precision; `None` where nothing is stored or it has no expiry.
        ///
        /// # Redis
        ///
        /// One round trip: `PTTL`, in a script that checks the data type.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else.
        ///
        /// # Cancel safety
        ///
        /// Changes nothing.
        pub fn expiry(&self) -> Operation<Option<Duration>> {
            Operation::new(&self.object, "expiry", |at| async move { at.store()?.keys().expiry(&at.key, $data).await })
        }

        /// Takes the expiry off; `false` where there was none.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PERSIST`, in a script that checks the data type.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, it may or may not have taken effect.
        pub fn persist(&self) -> Operation<bool> {
            Operation::new(
                &self.object,
                "persist",
                |at| async move { at.store()?.keys().persist(&at.key, $data).await },
            )
        }
    };
}
pub(super) use shared_methods;
