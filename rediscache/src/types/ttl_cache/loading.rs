// A part of `mod.rs`.

/// Loading what is not there.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Reads the value of `key`; where there is none, `loader` is asked for it, and what it brings is stored and given to all who
    /// asked meanwhile.
    ///
    /// One loads at a time: in this process all who ask share the load that is under way, and one process has the lease of it.
    /// The others wait, and are told when it is over. The loader runs in a task of its own, in the session scope and the span of
    /// who asked: dropping this future cancels nothing.
    ///
    /// A load is never stored after a write of the entry that it began before: every write of this type, by whichever process,
    /// ends its lease in the same atomic step, and whoever asks after the write has another load. Those who asked before the
    /// loader was asked may have what it brought all the same. Writers that do not know this library end a lease where there is
    /// no value, with any write; beside a stale value, with one that changes its bytes or its end.
    ///
    /// With [`stale`](Self::stale), a value that is past its time is given out at once, and one process loads it anew; a loader
    /// that fails leaves it, and is not asked again for [`retry_after`](Self::retry_after). How much is left of its life tells how
    /// old a value is: a deploy that makes `stale` longer takes what is stored for older than it is, and one that makes it
    /// shorter for younger. With [`eager`](Self::eager), it is loaded ahead of its end.
    ///
    /// An error of the loader is told to all who share the load, and never stored. One that panics, or takes longer than
    /// [`load_timeout`](Self::load_timeout), is one that failed. Whoever has another type of error waits for the load and asks
    /// anew. With `unreadable_as_absent`, a value that cannot be read is loaded anew.
    ///
    /// While the server is away, the loader is asked, one for each key in this process, and nothing is stored; the same where the
    /// server is out of memory. [`when_down`](Self::when_down) has it fail. With `timeout`, all that is asked of the server takes
    /// no longer together, however long the loader takes; while it is known to be away, it is not asked.
    ///
    /// # Redis
    ///
    /// A value that is there: one round trip, as [`get`](Self::get): `MGET`, with `stale` or `eager` `PTTL` and `MGET`, with
    /// [`idle`](Self::idle) `GETEX`. Otherwise one more to begin and one to store, each an atomic script, one for all who begin
    /// or store at once on one server: a hash in the place of the value, or where there is one, a hash beside it
    /// (`{entry}$lease`), with an expiry. While the loader works, the lease is renewed at each third of it. A process that waits
    /// subscribes to the channel `{entry}$lease`, over one connection more for as long as somebody waits, and reads when it is
    /// told; each half a second it sees by a `TYPE` whether the server is still there. Where an ACL or RESP2 forbids to
    /// subscribe, it waits for the rest of the [`lease`](Self::lease), as it does for a process that died. What is done beside a
    /// value needs `PEXPIRETIME`; where an ACL forbids that, no stale value is loaded anew, and an event of the level `WARN` says
    /// so.
    ///
    /// # Errors
    ///
    /// [`Load`](LoadError::Load) is what the loader said. [`Cache`](LoadError::Cache):
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is.
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for the key or for what was loaded.
    /// [`Panicked`](crate::ErrorKind::Panicked) and [`Timeout`](crate::ErrorKind::Timeout) of the loader.
    /// [`Config`](crate::ErrorKind::Config) also where a loader asks for the key that it loads, as far as its own task shows it,
    /// and outside of a tokio runtime. [`Closed`](crate::ErrorKind::Closed) to all who wait when the session is closed. Repeating
    /// is safe.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any time, a load that was begun goes on, and is stored.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use rediscache::{RedisSession, RedisTtlCache};
    ///
    /// /// Stands for a database that takes its time.
    /// async fn page(number: u64) -> std::io::Result<String> {
    ///     Ok(format!("page {number}"))
    /// }
    ///
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(600)).on(&session);
    /// assert_eq!(pages.get_or_load(7, || page(7)).await?, "page 7");
    /// assert_eq!(pages.get(7).await?.as_deref(), Some("page 7"));
    ///
    /// // It is there now, and nobody is asked for it.
    /// let again = pages.get_or_load(7, || async { Err::<String, _>(std::io::Error::other("not asked")) });
    /// assert_eq!(again.await?, "page 7");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_or_load<L, F, R, E>(&self, key: impl Lend<K>, loader: L) -> GetOrLoad<V, E>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = std::result::Result<R, E>> + Send + 'static,
        R: Into<Loaded<V>> + 'static,
        E: Send + Sync + 'static,
    {
        let (key, kept) = (EncodedKey::of_new::<C, K>(&key), self.kept().map(|(reads, _)| reads.for_loads()));
        LoadCall::<V, C, L, R, E>::new(self.object.clone(), self.options, key, kept, loader).prepared()
    }
}
