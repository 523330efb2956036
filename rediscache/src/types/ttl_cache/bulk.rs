// A part of `mod.rs`.

/// Many entries at once.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Reads the values of all keys, in their order; `None` where there is none, or only a stale one.
    ///
    /// # Redis
    ///
    /// One round trip: `MGET`, and as many at once as hold no server for long, of 512 keys each. On a cluster each node is
    /// sent those that it has, together. With [`stale`](Self::stale) a `PTTL` for each key comes first, and with
    /// [`idle`](Self::idle) it is one `GETEX` each. None when there are no keys. Each value is read by itself: together
    /// they are no snapshot.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the values is not a `V`; it is left where it is. Repeating is safe.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing, but for the life of an entry with [`idle`](Self::idle).
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
    /// pages.set(3, "three").await?;
    /// let found = pages.get_many([4, 3, 3]).await?;
    /// assert_eq!(found, [None, Some("three".to_owned()), Some("three".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_many<A: Lend<K>>(&self, keys: impl IntoIterator<Item = A>) -> Operation<Vec<Option<V>>> {
        let (keys, fault, life) = (pack_keys::<C, K, _>(keys), self.options.check(), self.options.life);
        if let Some((reads, near)) = self.kept() {
            return reads.get_many(&self.object, near, keys);
        }
        Operation::reading(&self.object, "get_many", move |at| async move {
            fault?;
            let (store, names) = (at.store()?, entry_names(&at.key, keys?.iter()));
            if names.is_empty() {
                return Ok(Vec::new());
            }
            let stored = store.entries().get_many(&at.key, &names, life).await?;
            let reader = at.reader::<V, C>(at.unknown_shapes::<C>(stored.iter().flatten())).await?;
            stored.into_iter().map(|stored| reader.take_if_any(stored)).collect()
        })
    }

    /// Stores all pairs and begins the life of each; of two equal keys the later wins. Nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip: one `SET` each, sent together; on a cluster each node is sent those that it has. Each is stored by
    /// itself.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then none is stored. When a call
    /// fails otherwise, some may be stored. Safe to repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, some may be stored and others not.
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
    /// pages.set_many([(1, "one"), (2, "two")]).await?;
    /// assert_eq!(pages.get(2).await?.as_deref(), Some("two"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_many<A: Lend<K>, B: Lend<V>>(&self, pairs: impl IntoIterator<Item = (A, B)>) -> Operation<()> {
        let (pairs, fault) = (pack_pairs::<C, K, V, _, _>(pairs, self.object.meaning), self.options.check());
        let life = self.options.life;
        Operation::new(&self.object, "set_many", move |mut at| async move {
            fault?;
            let PackedPairs(pairs) = pairs?.ready(&mut at).await?;
            let (mut named, mut parts) = (Packed::default(), pairs.iter());
            while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                named.push(entry_name(&at.key, key).as_bytes());
                named.push(value);
            }
            let store = at.store()?;
            let _writing = at.writing_all();
            if named.is_empty() { Ok(()) } else { store.entries().set_many(&at.key, &named, life).await }
        })
    }

    /// Removes all keys; how many had a value that was not stale. A key given twice counts once.
    ///
    /// # Redis
    ///
    /// One round trip: one script each, sent together; on a cluster each node is sent those that it has. Each is removed by
    /// itself, and what is being loaded for it is not stored. None when there are no keys.
    ///
    /// # Errors
    ///
    /// Those of every method; some may be removed then. Repeated after a lost answer, it may count fewer.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, some may be removed and others not.
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
    /// pages.set(1, "one").await?;
    /// assert_eq!(pages.delete_many([1, 2]).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_many<A: Lend<K>>(&self, keys: impl IntoIterator<Item = A>) -> Operation<u64> {
        let (keys, fault, life) = (pack_keys::<C, K, _>(keys), self.options.check(), self.options.life);
        Operation::new(&self.object, "delete_many", move |at| async move {
            fault?;
            let (store, names) = (at.store()?, entry_names(&at.key, keys?.iter()));
            let _writing = at.writing_all();
            if names.is_empty() { Ok(0) } else { store.entries().delete_many(&at.key, &names, life).await }
        })
    }

    /// Streams all entries, a page at a time; those that are stale, or being loaded, are not shown.
    ///
    /// An entry that stays throughout is seen at least once, and rarely, when the server resizes its table meanwhile, more
    /// than once (never on the embedded store); one that comes or goes may or may not be seen. So may one whose slot moves
    /// to another node meanwhile, or, where another server takes over, any. An entry that cannot be read is one `Err` and
    /// not the end. A page that cannot be fetched is one `Err` and the end.
    ///
    /// # Redis
    ///
    /// `SCAN` with a `COUNT` of 1,000 over all keys of the database, on a cluster of each master in turn, of whatever cache
    /// they are; then one `MGET` a page for those of this cache (with `PTTL`s with [`stale`](Self::stale); on a cluster one
    /// each). So it costs a round trip for each 1,000 keys in the database, and one more for each page with entries,
    /// however few there are. It holds one page in memory and a server for no longer than a page takes. It does not begin
    /// lives anew.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) for an entry that cannot be read; it is left where it is. Those of every method
    /// for a page that cannot be fetched; another scan begins from the start.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing. A dropped `next()` loses no entry.
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
    /// use futures_util::TryStreamExt;
    ///
    /// pages.set_many([(1, "one"), (2, "two")]).await?;
    /// let mut entries = pages.scan();
    /// let mut seen = 0;
    /// while let Some((_key, _value)) = entries.try_next().await? {
    ///     seen += 1;
    /// }
    /// assert_eq!(seen, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> TtlScan<K, V, C> {
        TtlScan::new(&self.object, self.options)
    }

    /// Removes all entries; what is being loaded meanwhile is not stored once the walk has met it.
    ///
    /// Stale ones, too. To give a cache up at once, however many entries it has, give it another namespace, and let the
    /// entries end.
    ///
    /// # Redis
    ///
    /// A walk over all keys of the database, as [`scan`](Self::scan) makes it, at the same cost: `SCAN`, and one `UNLINK` a
    /// page, with the leases of those who load; on a cluster one each. It begins anew where a connection was lost or made
    /// meanwhile. It is not atomic: an entry that is stored meanwhile may stay, and so may one whose slot moves to another
    /// node meanwhile.
    ///
    /// # Errors
    ///
    /// Those of every method; some entries may be removed then. Safe to repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, some entries may be removed and others not.
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
    /// pages.set_many([(1, "one"), (2, "two")]).await?;
    /// pages.clear().await?;
    /// assert_eq!(pages.get_many([1, 2]).await?, [None, None]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear(&self) -> Operation<()> {
        let fault = self.options.check();
        Operation::new(&self.object, "clear", move |at| async move {
            fault?;
            let _writing = at.writing_all();
            at.store()?.entries().clear(&at.key).await
        })
    }
}
