// A part of `mod.rs`.

/// How long entries live.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Has entries live until nobody has read them for so long, in the place of the time that [`new`](Self::new) was given.
    ///
    /// [`get`](Self::get), [`get_or`](Self::get_or) and [`get_many`](Self::get_many) begin the life anew, each with one `GETEX`,
    /// which takes the right to that command; other reads do not.
    ///
    /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use elsewhere.
    /// So is [`stale`](Self::stale) or [`jitter`](Self::jitter) beside it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// const HOUR: Duration = Duration::from_secs(3600);
    /// static LOGINS: RedisTtlCache<u64, String> = RedisTtlCache::new("logins", HOUR).idle(HOUR);
    /// assert_eq!(LOGINS.namespace(), "logins");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.options = self.options.idle(idle);
        self.with_life()
    }

    /// Keeps a value for so long after its time, for who loads it: to all other calls, a stale value is none.
    ///
    /// An entry is kept for both times together, and it is told by the time that it has left whether it is stale: Redis holds the
    /// value and nothing else, so that other programs read it. So all programs are to have the same `stale`: while one of another
    /// is deployed, values of the shorter one are taken for stale sooner by the other, and values of the longer one later, by as
    /// much as the two differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// const MINUTE: Duration = Duration::from_secs(60);
    /// static PAGES: RedisTtlCache<u64, String> = RedisTtlCache::new("pages", MINUTE).stale(Duration::from_secs(3600));
    /// assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn stale(mut self, stale: Duration) -> Self {
        self.options = self.options.stale(stale);
        self.with_life()
    }

    /// Shortens each life by chance, by up to this part of it, so that entries which were stored together do not end together:
    /// 0.1 is up to a tenth.
    ///
    /// What is not from 0 to 1 does not compile where the call is a constant itself, and is
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// const MINUTE: Duration = Duration::from_secs(60);
    /// static PAGES: RedisTtlCache<u64, String> = RedisTtlCache::new("pages", MINUTE).jitter(0.1);
    /// assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn jitter(mut self, part: f64) -> Self {
        self.options = self.options.jitter(part);
        self
    }

    /// Takes a value that cannot be read for absent, instead of failing with [`Decode`](crate::ErrorKind::Decode).
    ///
    /// [`get`](Self::get), [`get_or`](Self::get_or), [`get_many`](Self::get_many) and [`pop`](Self::pop) find nothing there,
    /// [`replace`](Self::replace) overwrites it and tells of nothing, and [`scan`](Self::scan) leaves it out. It stays stored
    /// until it is overwritten or ends: [`contains`](Self::contains) and [`set_if_absent`](Self::set_if_absent) do not look into
    /// values.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use std::time::Duration;
    ///
    /// use rediscache::{RedisSession, RedisTtlCache};
    ///
    /// const MINUTE: Duration = Duration::from_secs(60);
    /// static COUNTS: RedisTtlCache<u64, u64> = RedisTtlCache::new("counts", MINUTE).unreadable_as_absent();
    ///
    /// let session = RedisSession::in_memory();
    /// RedisTtlCache::<u64, String>::new("counts", MINUTE).on(&session).set(1, "many").await?;
    /// assert_eq!(COUNTS.on(&session).get(1).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn unreadable_as_absent(mut self) -> Self {
        self.object.unreadable_is_absent = true;
        self
    }

    /// With reads that are kept for as long as entries live.
    const fn with_life(mut self) -> Self {
        if let Some(reads) = self.reads {
            self.reads = Some(reads.living(&self.options.life));
        }
        self
    }
}
