// A part of `mod.rs`.

/// One entry at a time.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Reads the value of `key`; `None` where there is none, or only a stale one.
    ///
    /// # Redis
    ///
    /// One round trip: `MGET`, which finds nothing where someone loads a value, and those who call at once share one. With
    /// [`stale`](Self::stale), `PTTL` before it in the same round trip; with [`idle`](Self::idle), one `GETEX` each.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is. Repeating is safe.
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
    /// assert_eq!(pages.get(1).await?, None);
    /// pages.set(1, "one").await?;
    /// assert_eq!(pages.get(&1).await?.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, key: impl Lend<K>) -> Operation<Option<V>> {
        let key = EncodedKey::of::<C, K>(&key);
        match self.kept() {
            Some((reads, near)) => reads.get(&self.object, near, key),
            None => self.read("get", key, |value| value),
        }
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
    /// # use rediscache::{RedisTtlCache, RedisSession};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let names = RedisTtlCache::<u64, String>::new("names", Duration::from_secs(60)).on(&session);
    /// let both = session.transaction().set(names.entry(1), "one").set(names.entry(2), "two");
    /// assert!(both.commit().await?.is_done());
    /// assert_eq!(names.get(2).await?.as_deref(), Some("two"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn entry(&self, key: impl Lend<K>) -> EntryRef<V, C> {
        EntryRef::living(&self.object, &key, self.options.check().map(|()| self.options.life))
    }

    /// Reads the value of `key`, or gives `default` back where there is none, or only a stale one.
    ///
    /// # Redis
    ///
    /// One round trip, as [`get`](Self::get): `MGET`. The default is not stored.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is, and `default` does
    /// not stand in for it. Repeating is safe.
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
    /// assert_eq!(pages.get_or(1, "nothing").await?, "nothing");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_or(&self, key: impl Lend<K>, default: impl Give<V>) -> Operation<V>
    where
        V: Send,
    {
        let (key, default) = (EncodedKey::of::<C, K>(&key), default.give());
        if let Some((reads, near)) = self.kept() {
            let read = reads.get_or(&self.object, near, key);
            return Operation::of(async move { Ok(read.await?.unwrap_or(default)) });
        }
        self.read("get_or", key, |value| value.unwrap_or(default))
    }

    /// Whether `key` has a value that is not stale, readable or not.
    ///
    /// # Redis
    ///
    /// One round trip: `TYPE`; with [`stale`](Self::stale), a script that asks for `PTTL`, too. It does not begin the life
    /// of an entry anew.
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
    /// assert!(!pages.contains(1).await?);
    /// pages.set(1, "one").await?;
    /// assert!(pages.contains(1).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, key: impl Lend<K>) -> Operation<bool> {
        let key = EncodedKey::of::<C, K>(&key);
        if let Some((reads, near)) = self.kept() {
            return reads.contains(&self.object, near, key);
        }
        self.at_entry(Access::Read, "contains", key, |at, name, life| async move {
            at.store()?.entries().contains(&name?, life).await
        })
    }

    /// Stores `value` under `key`, whatever was there, and begins its life.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SET` with `PX`. Those who call at once leave together, one `SET` each. Whoever loads the
    /// key meanwhile does not store what was loaded.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Safe to repeat; the life then
    /// counts from the last.
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
    /// pages.set(1, "one").await?;
    /// pages.set(1, String::from("uno")).await?;
    /// assert_eq!(pages.get(1).await?.as_deref(), Some("uno"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<()> {
        self.store("set", encode_entry::<C, K, V>(&key, &value, self.object.meaning), self.options.life)
    }

    /// Stores `value` under `key` as [`set`](Self::set) does, to be fresh for so long instead of the cache's own time.
    ///
    /// Rounded up to milliseconds, one at the least. Nothing of [`jitter`](Self::jitter) is missing; [`stale`](Self::stale)
    /// comes on top. With [`idle`](Self::idle), the next read begins the usual life.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SET` with `PX`.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Safe to repeat; the life then
    /// counts from the last.
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
    /// pages.set_for(1, "one", Duration::from_secs(5)).await?;
    /// assert!(pages.expiry(1).await? <= Some(Duration::from_secs(5)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_for(&self, key: impl Lend<K>, value: impl Lend<V>, fresh: Duration) -> Operation<()> {
        let entry = encode_entry::<C, K, V>(&key, &value, self.object.meaning);
        self.store("set_for", entry, self.options.life.lasting(fresh))
    }

    /// Removes `key`; whether it had a value that was not stale.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, since `DEL` would count a stale value, and the lease of who loads one, which goes,
    /// too: what is being loaded is not stored. Those who call at once leave together, one script each.
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
    /// # use std::time::Duration;
    /// # use rediscache::{RedisSession, RedisTtlCache};
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(60)).on(&session);
    /// assert!(!pages.delete(1).await?);
    /// pages.set(1, "one").await?;
    /// assert!(pages.delete(1).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, key: impl Lend<K>) -> Operation<bool> {
        self.at_entry(Access::Change, "delete", EncodedKey::of::<C, K>(&key), |at, name, life| async move {
            let name = name?;
            let _writing = at.writing(&name);
            at.store()?.entries().delete(&name, life).await
        })
    }

    /// Reads the value of `key` and makes of it what is asked for.
    fn read<T: 'static>(
        &self,
        operation: &'static str,
        key: Result<EncodedKey>,
        made: impl FnOnce(Option<V>) -> T + Send + 'static,
    ) -> Operation<T> {
        self.at_entry(Access::Read, operation, key, |at, name, life| async move {
            let stored = at.store()?.entries().get(&name?, &life).await?;
            Ok(made(at.read::<V, C>(stored).await?))
        })
    }

    fn store(&self, operation: &'static str, entry: Result<Encoded<EncodedEntry>>, life: Life) -> Operation<()> {
        let (entry, kept) = (self.options.check().and(entry), life.kept());
        Operation::new(&self.object, operation, move |mut at| async move {
            let entry = entry?.ready(&mut at).await?;
            let name = entry_name(&at.key, entry.field());
            let (_writing, entries) = (at.writing(&name), at.store()?.entries());
            entries.set(&name, entry.value(), kept).await
        })
    }

    /// Makes a call on the entry of a key, of which it is told where, by what name, and how long it lives. One that changes no
    /// more than that is a read.
    fn at_entry<T: 'static, F>(
        &self,
        access: Access,
        operation: &'static str,
        key: Result<EncodedKey>,
        call: impl FnOnce(Target, Result<String>, Life) -> F + Send + 'static,
    ) -> Operation<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let (key, life) = (self.options.check().and(key), self.options.life);
        // No future around the one of the call: each holds again what it hands on.
        Operation::to(access, &self.object, operation, move |at| {
            let name = key.map(|key| entry_name(&at.key, key.as_slice()));
            call(at, name, life)
        })
    }
}
