// A part of `mod.rs`.

/// How long entries live.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Begins the life of `key` anew; `false` where there is no value, or only a stale one.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `PEXPIRE`, in a script that looks whether there is a value.
    ///
    /// # Errors
    ///
    /// Those of every method. Safe to repeat; the life then counts from the last.
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
    /// # use rediscache::{RedisSession, RedisTtlCache};
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(60)).on(&session);
    /// assert!(!pages.touch(1).await?);
    /// pages.set_for(1, "one", Duration::from_secs(5)).await?;
    /// assert!(pages.touch(1).await?);
    /// assert!(pages.expiry(1).await? > Some(Duration::from_secs(50)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn touch(&self, key: impl Lend<K>) -> Operation<bool> {
        self.live("touch", EncodedKey::of::<C, K>(&key), self.options.life)
    }

    /// Has the value of `key` be fresh for so long from now on; `false` where there is none, or only a stale one.
    ///
    /// Rounded up to milliseconds, one at the least; [`stale`](Self::stale) comes on top. To end it now,
    /// [`delete`](Self::delete) it.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `PEXPIRE`, in a script that looks whether there is a value.
    ///
    /// # Errors
    ///
    /// Those of every method. Safe to repeat; the time then counts from the last.
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
    /// # use rediscache::{RedisSession, RedisTtlCache};
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(60)).on(&session);
    /// assert!(!pages.expire(1, Duration::from_secs(5)).await?);
    /// pages.set(1, "one").await?;
    /// assert!(pages.expire(1, Duration::from_secs(5)).await?);
    /// assert!(pages.expiry(1).await? <= Some(Duration::from_secs(5)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire(&self, key: impl Lend<K>, fresh: Duration) -> Operation<bool> {
        self.live("expire", EncodedKey::of::<C, K>(&key), self.options.life.lasting(fresh))
    }

    /// How long the value of `key` is still fresh; `None` where there is none, or only a stale one.
    ///
    /// In milliseconds' precision. What others stored without an end is fresh for longer than anyone waits: some 292
    /// million years.
    ///
    /// # Redis
    ///
    /// One round trip: `PTTL`, in a script that looks whether there is a value. It does not begin the life of an entry
    /// anew.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating is safe.
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
    /// # use rediscache::{RedisSession, RedisTtlCache};
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(60)).on(&session);
    /// assert_eq!(pages.expiry(1).await?, None);
    /// pages.set(1, "one").await?;
    /// assert!(pages.expiry(1).await? > Some(Duration::from_secs(50)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn expiry(&self, key: impl Lend<K>) -> Operation<Option<Duration>> {
        self.at_entry(Access::Read, "expiry", EncodedKey::of::<C, K>(&key), |at, name, life| async move {
            at.store()?.entries().expiry(&name?, life).await
        })
    }

    fn live(&self, operation: &'static str, key: Result<EncodedKey>, life: Life) -> Operation<bool> {
        self.at_entry(Access::Change, operation, key, move |at, name, _| async move {
            let name = name?;
            let _writing = at.writing(&name);
            at.store()?.entries().expire(&name, life).await
        })
    }
}
