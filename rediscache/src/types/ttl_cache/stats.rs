// A part of `mod.rs`.

/// What was done.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// What [`get_or_load`](Self::get_or_load) did in the session in force, in all caches of this namespace; zeros without one.
    ///
    /// Where a session loads in more than 4,096 namespaces, those in which nobody does just then may begin at zero again.
    ///
    /// Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::convert::Infallible;
    /// use std::time::Duration;
    ///
    /// use rediscache::{RedisSession, RedisTtlCache};
    ///
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(600)).on(&session);
    /// for _ in 0..3 {
    ///     pages.get_or_load(7, || async { Ok::<_, Infallible>("a page".to_owned()) }).await?;
    /// }
    /// assert_eq!((pages.stats().loads(), pages.stats().hits()), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> TtlStats {
        let Some(session) = self.object.session() else { return TtlStats::default() };
        TtlStats::of(&session.state().loads.counts(self.object.namespace()))
    }
}
