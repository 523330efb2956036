// A part of `mod.rs`.

/// How entries are loaded.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Loads an entry anew before it ends: from that part of its `ttl` on, by chance, and sooner the longer a load takes.
    ///
    /// Whoever is chosen is given the value that is there, at once, and one process loads anew meanwhile. The chance is that of
    /// [XFetch](https://cseweb.ucsd.edu/~avattani/papers/cache_stampede.pdf), with the time that loads took in this process.
    ///
    /// What is not between 0 and 1 is [`Config`](crate::ErrorKind::Config) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// static PAGES: RedisTtlCache<u64, String> = RedisTtlCache::new("pages", Duration::from_secs(600)).eager(0.8);
    /// # assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn eager(mut self, part: f64) -> Self {
        self.options = self.options.eager(part);
        self
    }

    /// How long a load that nobody renews any more keeps others from loading; 10 s by default.
    ///
    /// A process that loads renews its lease at each third of it; one that died holds up the next in line for no longer than
    /// this. Less than 100 ms is [`Config`](crate::ErrorKind::Config) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// static PAGES: RedisTtlCache<u64, String> =
    ///     RedisTtlCache::new("pages", Duration::from_secs(600)).lease(Duration::from_secs(2));
    /// # assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.options.lease = lease;
        self
    }

    /// How long a loader may take; 30 s by default. Then it is dropped, and those who wait are told
    /// [`Timeout`](crate::ErrorKind::Timeout).
    ///
    /// Zero is [`Config`](crate::ErrorKind::Config) at use.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// static PAGES: RedisTtlCache<u64, String> =
    ///     RedisTtlCache::new("pages", Duration::from_secs(600)).load_timeout(Duration::from_secs(5));
    /// # assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn load_timeout(mut self, limit: Duration) -> Self {
        self.options.load_timeout = limit;
        self
    }

    /// How long a loader that failed is not asked again, by any process, where there is a stale value; 1 s by default.
    ///
    /// Doubled each time that it fails again, up to a minute. Zero asks again at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisTtlCache;
    ///
    /// static PAGES: RedisTtlCache<u64, String> =
    ///     RedisTtlCache::new("pages", Duration::from_secs(600)).retry_after(Duration::from_secs(10));
    /// # assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn retry_after(mut self, pause: Duration) -> Self {
        self.options.retry_after = pause;
        self
    }

    /// What [`get_or_load`](Self::get_or_load) does while the server is away; it asks the loader by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::{RedisTtlCache, WhenDown};
    ///
    /// static PAGES: RedisTtlCache<u64, String> =
    ///     RedisTtlCache::new("pages", Duration::from_secs(600)).when_down(WhenDown::Error);
    /// # assert_eq!(PAGES.namespace(), "pages");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn when_down(mut self, what: WhenDown) -> Self {
        self.options.down_is_error = matches!(what, WhenDown::Error);
        self
    }
}
