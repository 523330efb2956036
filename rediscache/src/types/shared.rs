//! The methods that every object has which is one Redis key.

/// The methods that every object has which is one Redis key, with examples of that type.
///
/// `$data` is what its key holds, and `$held` says in words what that is, and what lies beside it. `$clear` removes it, and
/// `$cleared` says what that is. `$type` and `$of` are the parts of a type such as `RedisCache<u64, String>`, and `$put` is a
/// call that puts something in. A call in one line is read more easily in what the compiler says of a constant without a name.
macro_rules! shared_methods {
    ($data:expr, $type:literal, $of:literal, $put:literal, $held:literal, $clear:expr, $cleared:literal) => {
        /// Names an object by a constant. A name made at run time, as by `format!`, goes to
        /// [`with_namespace`](Self::with_namespace).
        ///
        /// An empty name, and one with a `{` or `}`, does not compile where the call is a constant itself, and is
        /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::", $type, ";")]
        ///
        #[doc = concat!("static NAMES: ", $type, $of, " = ", $type, "::new(\"names\");")]
        /// assert_eq!(NAMES.namespace(), "names");
        /// ```
        #[must_use]
        pub const fn new(namespace: &'static str) -> Self {
            Self::over(Object::new(namespace, Self::TYPES))
        }

        /// Names an object by a string that is known only at run time.
        ///
        /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use. Braces stand for themselves:
        /// on a cluster, `{tag}.names` lies where all names with `{tag}` do.
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use rediscache::", $type, ";")]
        ///
        #[doc = concat!("let shard = ", $type, "::", $of, "::with_namespace(format!(\"names.{}\", 7));")]
        /// assert_eq!(shard.namespace(), "names.7");
        /// ```
        #[must_use]
        pub fn with_namespace(namespace: impl Into<String>) -> Self {
            Self::over(Object::with_namespace(namespace.into(), Self::TYPES))
        }

        $crate::types::named::named_methods!($type, $of, "(\"names\")");

        /// Removes all that the key holds, expiry included.
        ///
        #[doc = concat!("That is ", $cleared, ".")]
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
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> rediscache::Result<()> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new(\"names\").on(&session);")]
        #[doc = concat!("names.", $put, ".await?;")]
        /// names.clear().await?;
        /// assert!(names.is_empty().await?);
        /// # Ok(())
        /// # }
        /// ```
        pub fn clear(&self) -> Operation<()> {
            Operation::new(&self.object, "clear", $clear)
        }

        /// Ends the life of all that the key holds after this time; `false` where that is nothing.
        ///
        #[doc = concat!("That is ", $held, ".")]
        ///
        /// Rounded up to milliseconds; zero removes it at once. What is added before then shares the expiry. What is
        /// added once nothing is left, also when it was all taken out, starts without.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PEXPIRE`, in a script that checks the data type. The embedded store follows tokio's
        /// clock.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat; the time then
        /// counts from the last.
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
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// # use std::time::Duration;
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new(\"names\").on(&session);")]
        /// assert!(!names.set_expiry(Duration::from_secs(60)).await?);
        ///
        #[doc = concat!("names.", $put, ".await?;")]
        /// assert!(names.set_expiry(Duration::from_secs(60)).await?);
        /// assert!(names.set_expiry(Duration::ZERO).await?);
        /// assert!(names.is_empty().await?);
        /// # Ok(())
        /// # }
        /// ```
        pub fn set_expiry(&self, after: Duration) -> Operation<bool> {
            Operation::new(&self.object, "set_expiry", move |at| async move {
                at.store()?.keys().expire(&at.key, $data, after).await
            })
        }

        /// Ends the life of all that the key holds then; `false` where that is nothing.
        ///
        #[doc = concat!("That is ", $held, ".")]
        ///
        /// Rounded up to milliseconds; a time that is past removes it at once. What is added before then shares the
        /// expiry. What is added once nothing is left, also when it was all taken out, starts without.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PEXPIREAT`, in a script that checks the data type. The server's clock decides. The
        /// embedded store turns the time into a duration when called, so that it follows tokio's clock.
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
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// # use std::time::{Duration, SystemTime};
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new(\"names\").on(&session);")]
        #[doc = concat!("names.", $put, ".await?;")]
        /// assert!(names.set_expiry_at(SystemTime::now() + Duration::from_secs(3600)).await?);
        /// assert!(names.expiry().await? > Some(Duration::from_secs(3000)));
        /// # Ok(())
        /// # }
        /// ```
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
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat.
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
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// # use std::time::Duration;
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new(\"names\").on(&session);")]
        #[doc = concat!("names.", $put, ".await?;")]
        /// assert_eq!(names.expiry().await?, None);
        ///
        /// names.set_expiry(Duration::from_secs(60)).await?;
        /// assert!(names.expiry().await?.is_some_and(|left| left <= Duration::from_secs(60)));
        /// # Ok(())
        /// # }
        /// ```
        pub fn expiry(&self) -> Operation<Option<Duration>> {
            Operation::reading(
                &self.object,
                "expiry",
                |at| async move { at.store()?.keys().expiry(&at.key, $data).await },
            )
        }

        /// Takes the expiry off; `false` where there was none.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `PERSIST`, in a script that checks the data type.
        ///
        /// # Errors
        ///
        /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat; after a lost
        /// answer it may say `false`.
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
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// # use std::time::Duration;
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let names = ", $type, "::", $of, "::new(\"names\").on(&session);")]
        #[doc = concat!("names.", $put, ".await?;")]
        /// names.set_expiry(Duration::from_secs(60)).await?;
        /// assert!(names.persist().await?);
        /// assert!(!names.persist().await?);
        /// # Ok(())
        /// # }
        /// ```
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
