// A part of `mod.rs`.

/// How long a value lives that is a key by itself.
impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    /// Ends the life of the value after this time; `false` where there is none.
    ///
    /// Rounded up to milliseconds; zero removes it at once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `PEXPIRE`, in a script that checks the data type. The embedded store follows tokio's clock.
    ///
    /// # Errors
    ///
    /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat; the time then counts from
    /// the last.
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
    /// # use std::time::Duration;
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// assert!(!motto.set_expiry(Duration::from_secs(60)).await?);
    /// motto.set("onward").await?;
    /// assert!(motto.set_expiry(Duration::from_secs(60)).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_expiry(&self, after: Duration) -> Operation<bool>
    where
        H: OwnLifetime,
    {
        Operation::new(&self.object, "set_expiry", move |at| async move {
            at.store()?.keys().expire(&at.key, STRING, after).await
        })
    }

    /// Ends the life of the value then; `false` where there is none.
    ///
    /// Rounded up to milliseconds; a time that is past removes it at once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `PEXPIREAT`, in a script that checks the data type. The server's clock decides. The embedded
    /// store turns the time into a duration when called, so that it follows tokio's clock.
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
    /// # use std::time::{Duration, SystemTime};
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// motto.set("onward").await?;
    /// assert!(motto.set_expiry_at(SystemTime::now() + Duration::from_secs(3600)).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_expiry_at(&self, at: SystemTime) -> Operation<bool>
    where
        H: OwnLifetime,
    {
        let then = at;
        Operation::new(&self.object, "set_expiry_at", move |at| async move {
            at.store()?.keys().expire_at(&at.key, STRING, then).await
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
    /// # use std::time::Duration;
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// motto.set("onward").await?;
    /// assert_eq!(motto.expiry().await?, None);
    /// motto.set_for("upward", Duration::from_secs(60)).await?;
    /// assert!(motto.expiry().await?.is_some_and(|left| left <= Duration::from_secs(60)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn expiry(&self) -> Operation<Option<Duration>>
    where
        H: OwnLifetime,
    {
        Operation::reading(&self.object, "expiry", |at| async move { at.store()?.keys().expiry(&at.key, STRING).await })
    }

    /// Takes the expiry off; `false` where there was none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `PERSIST`, in a script that checks the data type.
    ///
    /// # Errors
    ///
    /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else. Safe to repeat; after a lost answer it may
    /// say `false`.
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
    /// # use std::time::Duration;
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// motto.set_for("onward", Duration::from_secs(60)).await?;
    /// assert!(motto.persist().await?);
    /// assert!(!motto.persist().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn persist(&self) -> Operation<bool>
    where
        H: OwnLifetime,
    {
        Operation::new(&self.object, "persist", |at| async move { at.store()?.keys().persist(&at.key, STRING).await })
    }
}
