// A part of `mod.rs`.

/// One entry at a time.
impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Reads the value of `key`; `None` where there is none.
    ///
    /// # Redis
    ///
    /// One round trip: `HGET`.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is.
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
    /// assert_eq!(names.get(1).await?, None);
    /// names.set(1, "one").await?;
    /// assert_eq!(names.get(&1).await?.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn get(&self, key: impl Lend<K>) -> Operation<Option<V>> {
        match &self.reads {
            Some(reads) => reads.get(&self.object, EncodedKey::of::<C, K>(&key)),
            None => self.get_far(EncodedKey::of::<C, K>(&key)),
        }
    }

    fn get_far(&self, field: Result<EncodedKey>) -> Operation<Option<V>> {
        Operation::reading(&self.object, "get", |at| async move {
            let stored = at.store()?.hashes().get(&at.key, field?.as_slice()).await?;
            at.read::<V, C>(stored).await
        })
    }

    /// Names the entry of `key`, for a [`Transaction`](crate::Transaction).
    ///
    /// It is a name, as the cache is: nothing is sent. A key that has no form is refused by `commit`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// let both = session.transaction().set(names.entry(1), "one").set(names.entry(2), "two");
    /// assert!(both.commit().await?.is_done());
    /// assert_eq!(names.get(2).await?.as_deref(), Some("two"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn entry(&self, key: impl Lend<K>) -> EntryRef<V, C> {
        EntryRef::field(&self.object, &key)
    }

    /// Reads the value of `key`, or gives `default` back where there is none.
    ///
    /// # Redis
    ///
    /// One round trip: `HGET`. The default is not stored.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is, and `default`
    /// does not stand in for it.
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
    /// assert_eq!(names.get_or(1, "nobody").await?, "nobody");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_or(&self, key: impl Lend<K>, default: impl Give<V>) -> Operation<V>
    where
        V: Send,
    {
        if let Some(reads) = &self.reads {
            let (read, default) = (reads.get_or(&self.object, EncodedKey::of::<C, K>(&key)), default.give());
            return Operation::of(async move { Ok(read.await?.unwrap_or(default)) });
        }
        let (field, default) = (EncodedKey::of::<C, K>(&key), default.give());
        Operation::reading(&self.object, "get_or", |at| async move {
            let stored = at.store()?.hashes().get(&at.key, field?.as_slice()).await?;
            Ok(at.read::<V, C>(stored).await?.unwrap_or(default))
        })
    }

    /// Whether `key` has a value, readable or not.
    ///
    /// # Redis
    ///
    /// One round trip: `HEXISTS`.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert!(!names.contains(1).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, key: impl Lend<K>) -> Operation<bool> {
        if let Some(reads) = &self.reads {
            return reads.contains(&self.object, EncodedKey::of::<C, K>(&key));
        }
        let field = EncodedKey::of::<C, K>(&key);
        Operation::reading(&self.object, "contains", |at| async move {
            at.store()?.hashes().contains(&at.key, field?.as_slice()).await
        })
    }

    /// Stores `value` under `key`, whatever was there.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `HSET`. The expiry of the namespace stays.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Safe to repeat.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// names.set(2, String::from("two")).await?;
    /// assert_eq!(names.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<()> {
        let entry = encode_entry::<C, K, V>(&key, &value, self.object.meaning);
        Operation::new(&self.object, "set", |mut at| async move {
            let entry = entry?.ready(&mut at).await?;
            at.store()?.hashes().set(&at.key, entry.field(), entry.value()).await
        })
    }

    /// Stores `value` where `key` has none; whether it did.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `HSETNX`.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer,
    /// it may find its own value.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert!(names.set_if_absent(1, "first").await?);
    /// assert!(!names.set_if_absent(1, "second").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_if_absent(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<bool> {
        let entry = encode_entry::<C, K, V>(&key, &value, self.object.meaning);
        Operation::new(&self.object, "set_if_absent", |mut at| async move {
            let entry = entry?.ready(&mut at).await?;
            at.store()?.hashes().set_if_absent(&at.key, entry.field(), entry.value()).await
        })
    }

    /// Removes `key`; whether it was there.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `HDEL`.
    ///
    /// # Errors
    ///
    /// Those of every method. Repeated after a lost answer, it may find nothing.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert!(!names.delete(1).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, key: impl Lend<K>) -> Operation<bool> {
        let field = EncodedKey::of::<C, K>(&key);
        Operation::new(&self.object, "delete", |at| async move {
            at.store()?.hashes().delete(&at.key, field?.as_slice()).await
        })
    }
}
