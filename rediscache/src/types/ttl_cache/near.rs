// A part of `mod.rs`.

/// Keeping what was read.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Keeps what is read in this process, so that [`get`](Self::get), [`get_or`](Self::get_or),
    /// [`contains`](Self::contains), [`get_many`](Self::get_many) and [`get_or_load`](Self::get_or_load) of it ask no server.
    ///
    /// As on a [`RedisCache`](crate::RedisCache::near), whose promises hold here, too, but for what follows: the server tells of
    /// each entry, so that a change drops one and not all, and an entry is served no longer than it is fresh, by the clock of this
    /// process. What is stale is not kept. Nor is it that a key has no value, on a cluster. There, when the connection to one node
    /// breaks or falls silent, nothing is served of any until it stands again or the node is known to be gone.
    ///
    /// [`Near::fields`](crate::Near::fields) does not compile where the call is a constant itself, and is
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere, as it is with [`idle`](Self::idle), whose reads all prolong.
    ///
    /// # Redis
    ///
    /// One more connection for each server, as on a `RedisCache`: a miss is `PTTL` and `MGET`, in one round trip. The server
    /// remembers each key that was read, up to `tracking-table-max-keys`. The embedded store is in this process already: it keeps
    /// nothing twice.
    ///
    /// # Errors
    ///
    /// Of the reads: [`Unsupported`](crate::ErrorKind::Unsupported) when the server, its ACL or RESP2 in the URL keeps it from
    /// telling of changes. What to allow is named.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use std::time::Duration;
    ///
    /// use rediscache::{Near, RedisSession, RedisTtlCache};
    ///
    /// static PAGES: RedisTtlCache<u64, String> =
    ///     RedisTtlCache::new("pages", Duration::from_secs(600)).near(Near::tracking().capacity(1_000));
    ///
    /// let session = RedisSession::in_memory();
    /// let pages = PAGES.on(&session);
    /// pages.set(1, "one").await?;
    /// assert_eq!(pages.get(1).await?.as_deref(), Some("one"));
    /// assert_eq!(pages.near_stats().hits(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn near(mut self, near: Near) -> Self
    where
        V: NearValue,
    {
        self.options = self.options.near(&near);
        self.reads = Some(EntryReads::new::<C>(near).living(&self.options.life));
        self
    }

    /// What the near cache did in the session in force; zeros without one, or where [`near`](Self::near) was not given.
    ///
    /// The embedded store counts its reads as hits, and keeps no entries of its own. Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{Near, RedisSession, RedisTtlCache};
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(60)).near(Near::tracking()).on(&session);
    /// pages.get_many([1, 2]).await?;
    /// assert_eq!(pages.near_stats().hits(), 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn near_stats(&self) -> NearStats {
        self.kept().map(|(reads, near)| reads.stats(&self.object, near)).unwrap_or_default()
    }

    /// How reads are kept in this process, if they are.
    #[inline]
    fn kept(&self) -> Option<(&EntryReads<V>, Near)> {
        let reads = self.reads.as_ref().filter(|_| self.options.is_sound())?;
        Some((reads, reads.near()))
    }
}
