// A part of `mod.rs`.

/// Many entries at once.
impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Stores all pairs; of two equal keys the later wins. Nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one `HSET`. The server does nothing else meanwhile, about 1 ms for 1,000 entries; give
    /// it millions in batches. The expiry of the namespace stays.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then none is stored. Safe to
    /// repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are stored.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "one"), (2, "two")]).await?;
    /// assert_eq!(names.get(2).await?.as_deref(), Some("two"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn update<A: Lend<K>, B: Lend<V>>(&self, pairs: impl IntoIterator<Item = (A, B)>) -> Operation<()> {
        let pairs = pack_pairs::<C, K, V, _, _>(pairs, self.object.meaning);
        Operation::new(&self.object, "update", |mut at| async move {
            let PackedPairs(pairs) = pairs?.ready(&mut at).await?;
            let store = at.store()?;
            if pairs.is_empty() { Ok(()) } else { store.hashes().set_many(&at.key, &pairs).await }
        })
    }

    /// Reads the values of all keys, in their order; `None` where there is none.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `HMGET`. None when there are no keys. With [`near`](Self::near), only keys that
    /// are not kept are asked for.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the values is not a `V`; it is left where it is.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(3, "three").await?;
    /// let found = names.get_many([4, 3, 3]).await?;
    /// assert_eq!(found, [None, Some("three".to_owned()), Some("three".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_many<A: Lend<K>>(&self, keys: impl IntoIterator<Item = A>) -> Operation<Vec<Option<V>>> {
        let fields = pack_keys::<C, K, _>(keys);
        if let Some(reads) = &self.reads {
            return reads.get_many(&self.object, fields);
        }
        Operation::reading(&self.object, "get_many", |at| async move {
            let (store, fields) = (at.store()?, fields?);
            if fields.is_empty() {
                return Ok(Vec::new());
            }
            let stored = store.hashes().get_many(&at.key, &fields).await?;
            let reader = at.reader::<V, C>(at.unknown_shapes::<C>(stored.iter().flatten())).await?;
            stored.into_iter().map(|stored| reader.take_if_any(stored)).collect()
        })
    }

    /// Removes all keys; how many were there. A key given twice counts once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `HDEL`. None when there are no keys.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may count fewer.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// assert_eq!(names.delete_many([1, 2]).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_many<A: Lend<K>>(&self, keys: impl IntoIterator<Item = A>) -> Operation<u64> {
        let fields = pack_keys::<C, K, _>(keys);
        Operation::new(&self.object, "delete_many", |at| async move {
            let (store, fields) = (at.store()?, fields?);
            if fields.is_empty() { Ok(0) } else { store.hashes().delete_many(&at.key, &fields).await }
        })
    }

    /// Stores all pairs in place of everything there was, expiry included. With no pairs, as [`clear`](Self::clear).
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `UNLINK` and `HSET`.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then nothing is changed. Safe
    /// to repeat.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or nothing is replaced.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// names.replace_all([(2, "two")]).await?;
    /// assert_eq!(names.items().await?, [(2, "two".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace_all<A: Lend<K>, B: Lend<V>>(&self, pairs: impl IntoIterator<Item = (A, B)>) -> Operation<()> {
        let pairs = pack_pairs::<C, K, V, _, _>(pairs, self.object.meaning);
        Operation::new(&self.object, "replace_all", |mut at| async move {
            let PackedPairs(pairs) = pairs?.ready(&mut at).await?;
            let store = at.store()?;
            store.hashes().replace_all(&at.key, &pairs).await
        })
    }

    /// Reads all entries, in no order, into memory; none where nothing is stored.
    ///
    /// For large namespaces see [`scan`](Self::scan).
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `HGETALL`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the entries cannot be read; [`scan`](Self::scan) goes on after
    /// such a one.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "one"), (2, "two")]).await?;
    ///
    /// let mut items = names.items().await?;
    /// items.sort();
    /// assert_eq!(items, [(1, "one".to_owned()), (2, "two".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn items(&self) -> Operation<Vec<(K, V)>> {
        self.collect("items")
    }

    /// Reads all keys, in no order, into memory; none where nothing is stored.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `HKEYS`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the keys is not a `K`; values are not looked at.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(7, "seven").await?;
    /// assert_eq!(names.keys().await?, [7]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn keys(&self) -> Operation<Vec<K>> {
        Operation::reading(&self.object, "keys", |at| async move {
            at.store()?.hashes().fields(&at.key).await?.into_iter().map(decode_owned::<C, K>).collect()
        })
    }

    /// Reads all values, in no order, into memory; none where nothing is stored.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `HVALS`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the values is not a `V`; keys are not looked at.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "same"), (2, "same")]).await?;
    /// assert_eq!(names.values().await?, ["same", "same"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn values(&self) -> Operation<Vec<V>> {
        Operation::reading(&self.object, "values", |at| async move {
            let values = at.store()?.hashes().values(&at.key).await?;
            let reader = at.reader::<V, C>(at.unknown_shapes::<C>(values.iter())).await?;
            values.into_iter().filter_map(|value| reader.take_if_any(Some(value)).transpose()).collect()
        })
    }

    /// Reads all entries into a map; an empty one where nothing is stored.
    ///
    /// # Redis
    ///
    /// One round trip, one snapshot: `HGETALL`. The server does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when one of the entries cannot be read; [`scan`](Self::scan) goes on after
    /// such a one.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.update([(1, "one"), (2, "two")]).await?;
    /// assert_eq!(names.to_map().await?[&2], "two");
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_map(&self) -> Operation<HashMap<K, V>> {
        self.collect("to_map")
    }

    fn collect<T: FromIterator<(K, V)> + 'static>(&self, operation: &'static str) -> Operation<T> {
        Operation::reading(&self.object, operation, |at| async move {
            let entries = at.store()?.hashes().entries(&at.key).await?;
            let reader = at.reader::<V, C>(at.unknown_shapes::<C>(entries.iter().map(|(_, value)| value))).await?;
            // Of a known size, which an iterator that may end early does not tell. A vector becomes the answer as it is.
            let mut read = Vec::with_capacity(entries.len());
            for (field, value) in entries {
                if let Some(value) = reader.take_if_any(Some(value))? {
                    read.push((decode_owned::<C, K>(field)?, value));
                }
            }
            Ok(read.into_iter().collect())
        })
    }
}
