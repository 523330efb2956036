// A part of `mod.rs`.

/// Keeping what was read.
impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Keeps what is read in this process, so that [`get`](Self::get), [`get_or`](Self::get_or),
    /// [`contains`](Self::contains) and [`get_many`](Self::get_many) of it ask no server.
    ///
    /// That a key has no value is kept too. All caches of one session that are declared alike share what they keep; it
    /// is dropped when the session is closed, or with its last clone. A hit of `get` or `contains` allocates nothing
    /// but what the clone of the value does, and what a key takes whose stored form is longer than 22 bytes.
    ///
    /// What holds:
    ///
    /// - A process reads its own writes at once: when a write has returned, whatever it returned, nothing older is
    ///   served in this session. A write whose future was dropped may take effect later, and is then as one of someone
    ///   else.
    /// - A write of someone else is seen as soon as the server has told of it: after half a round trip. When the
    ///   connection that tells breaks, nothing is served until it stands again and all that was kept is dropped. When
    ///   it falls silent, nothing is served once [`staleness`](Near::staleness), 1 s by default, has passed since the
    ///   server was last heard. So that is the longest that a value is served after it was changed.
    /// - An answer that a change overtook on its way is returned to those who asked before, and not kept.
    /// - An expiry of the namespace is followed by the clock of this process.
    /// - A change that the server tells nobody of, which is `SWAPDB`, is found out within `staleness` and a third of it.
    ///   Of all others that are known it does tell: `FLUSHALL`, `MOVE`, `COPY`, `RENAME`, `RESTORE`, scripts, expiries, of
    ///   fields too, evictions, `DEBUG RELOAD`, and the data of another master once they are there (`REPLICAOF`). A
    ///   server that takes another's address over is seen when the connection to the other one ends, as by any read.
    /// - On a cluster, a node speaks only for keys that it serves: when a slot moves, the bound holds as ever.
    /// - A master that was replaced is believed as long as this session does not know, as by any read: under Sentinels
    ///   until one of them tells, which is at once, or after 10 s where it fell silent; on a cluster until the nodes
    ///   have told each other, or, cut off from them, until it gives up (`cluster-node-timeout`). From then on nothing
    ///   is served that it said, and nothing older is read than what this process wrote to the new one.
    ///
    /// # Redis
    ///
    /// One more connection for each server, made at the first read, over which all reads of near caches go: a miss is
    /// `HGET`, or `HMGET` of several, with `PTTL`, in one round trip. `CLIENT TRACKING` makes the server remember the
    /// namespaces read, up to `tracking-table-max-keys`. While something is served, `CLIENT INFO` goes out three times
    /// in each `staleness`, on a cluster `PING` with `PTTL` of each namespace; none from a minute after that. `WATCH` of
    /// `{global}.$objects`, or of the namespaces where there is none, makes `SWAPDB` show; where an ACL forbids one of the
    /// two, it is not found out. With
    /// [`Near::fields`], each write is a script of the write and `PUBLISH`, on a cluster `SPUBLISH`. The embedded store
    /// is in this process already: it keeps nothing twice.
    ///
    /// # Errors
    ///
    /// Of the reads: [`Unsupported`](ErrorKind::Unsupported) when the server, its ACL or RESP2 in the URL keeps it from
    /// telling of changes; with [`Near::fields`], of the writes too, before anything is written. What to allow is
    /// named.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{Near, RedisCache, RedisSession};
    ///
    /// static NAMES: RedisCache<u64, String> = RedisCache::new("names").near(Near::tracking().capacity(1_000));
    ///
    /// let session = RedisSession::in_memory();
    /// let names = NAMES.on(&session);
    /// names.set(1, "one").await?;
    /// assert_eq!(names.get(1).await?.as_deref(), Some("one"));
    /// assert_eq!(names.near_stats().hits(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn near(mut self, near: Near) -> Self
    where
        V: NearValue,
    {
        self.reads = Some(Reads::new::<C>(near));
        self.object.publishes = matches!(near.mode, Mode::Fields);
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
    /// # use rediscache::{Near, RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").near(Near::tracking()).on(&session);
    /// names.get_many([1, 2]).await?;
    /// assert_eq!(names.near_stats().hits(), 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn near_stats(&self) -> NearStats {
        self.reads.as_ref().map(|reads| reads.stats(&self.object)).unwrap_or_default()
    }
}
