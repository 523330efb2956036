// A part of `mod.rs`.

/// Reading and writing in one atomic step.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Stores `value` where `key` has none that is fresh, and begins its life; whether it did.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, since `SET` with `NX` would take the lease of who loads a value for one.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer, it
    /// may find its own value.
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
    /// assert!(pages.set_if_absent(1, "first").await?);
    /// assert!(!pages.set_if_absent(1, "second").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_if_absent(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<bool> {
        let (entry, fault) = (encode_entry::<C, K, V>(&key, &value, self.object.meaning), self.options.check());
        let life = self.options.life;
        Operation::new(&self.object, "set_if_absent", move |mut at| async move {
            fault?;
            let entry = entry?.ready(&mut at).await?;
            let name = entry_name(&at.key, entry.field());
            let _writing = at.writing(&name);
            at.store()?.entries().set_if_absent(&name, entry.value(), life).await
        })
    }

    /// Removes `key` and returns its value; `None` where there was none, or only a stale one, which goes, too.
    ///
    /// Of several callers at once, one gets the value.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: `MGET`, and a script that removes the value only if it is still that one; the script again
    /// when it is not. The value is read before it is removed, so that one that cannot be read stays. Where there is none,
    /// the script ends the load that may be under way.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is. After a lost answer
    /// the value may be gone.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may have removed the value, which is lost then.
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
    /// assert_eq!(pages.pop(1).await?.as_deref(), Some("one"));
    /// assert_eq!(pages.pop(1).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pop(&self, key: impl Lend<K>) -> Operation<Option<V>> {
        self.at_entry(Access::Change, "pop", EncodedKey::of::<C, K>(&key), |at, name, life| async move {
            Self::swap(&at, &name?, None, life).await
        })
    }

    /// Stores `value`, begins its life and returns the one before; `None` where there was none, or only a stale one.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: `MGET`, and a script that stores only if the value is still that one; more when it changed
    /// meanwhile. The value before is read first, so that one that cannot be read stays.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is, and
    /// [`set`](Self::set) overwrites it. [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them.
    /// Repeated after a lost answer, it may return `value` itself; the one before is lost then.
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
    /// assert_eq!(pages.replace(1, "one").await?, None);
    /// assert_eq!(pages.replace(1, "uno").await?.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<Option<V>> {
        let (entry, fault) = (encode_entry::<C, K, V>(&key, &value, self.object.meaning), self.options.check());
        let life = self.options.life;
        Operation::new(&self.object, "replace", move |mut at| async move {
            fault?;
            let entry = entry?.ready(&mut at).await?;
            let name = entry_name(&at.key, entry.field());
            Self::swap(&at, &name, Some(entry.value()), life).await
        })
    }

    /// Stores `new` and begins its life if `old` is what is stored; whether it was.
    ///
    /// A number that Python wrote in another form (`f|3`, `i|007`) is equal too, and so is a value of another shape, unless
    /// it holds what this type would drop. A key without a value, or with a stale one, is equal to nothing: use
    /// [`set_if_absent`](Self::set_if_absent).
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that compares stored forms. A second one only where those differ while the values
    /// are equal.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer, it
    /// may find its own value.
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
    /// assert!(pages.compare_and_set(1, "one", "uno").await?);
    /// assert!(!pages.compare_and_set(1, "one", "eins").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compare_and_set(&self, key: impl Lend<K>, old: impl Lend<V>, new: impl Lend<V>) -> Operation<bool> {
        let (entry, fault) = (encode_entry::<C, K, V>(&key, &old, self.object.meaning), self.options.check());
        let (new, life) = (encode_value::<C, V>(&new, self.object.meaning), self.options.life);
        Operation::new(&self.object, "compare_and_set", move |mut at| async move {
            fault?;
            let (entry, new) = (entry?.bytes, new?.ready(&mut at).await?);
            let name = entry_name(&at.key, entry.field());
            Self::swap_equal(&at, &name, entry.value(), Some(&new), life).await
        })
    }

    /// Removes `key` if `old` is what is stored; whether it was.
    ///
    /// Values are compared as by [`compare_and_set`](Self::compare_and_set). A key without a value, or with a stale one, is
    /// equal to nothing, and is left as it is.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that compares stored forms. A second one only where those differ while the values
    /// are equal.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer, it
    /// may find nothing.
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
    /// assert!(!pages.compare_and_delete(1, "two").await?);
    /// assert!(pages.compare_and_delete(1, "one").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compare_and_delete(&self, key: impl Lend<K>, old: impl Lend<V>) -> Operation<bool> {
        let (entry, fault) = (encode_entry::<C, K, V>(&key, &old, self.object.meaning), self.options.check());
        let life = self.options.life;
        Operation::new(&self.object, "compare_and_delete", move |at| async move {
            fault?;
            let entry = entry?.bytes;
            let name = entry_name(&at.key, entry.field());
            Self::swap_equal(&at, &name, entry.value(), None, life).await
        })
    }

    /// Puts `new` in the place of whatever is there, and returns that.
    async fn swap(at: &Target, name: &str, new: Option<&[u8]>, life: Life) -> Result<Option<V>> {
        let (store, _writing) = (at.store()?, at.writing(name));
        let swapped = async {
            // What is about to go is not prolonged.
            let mut stored = store.entries().get(name, &Life { is_idle: false, ..life }).await?;
            loop {
                if let Some(old) = &stored {
                    // Checked before it is taken away, and decoded again after: `V` may not cross an await.
                    let reader = at.reader::<V, C>(at.unknown_shapes::<C>([&**old])).await?;
                    if reader.read_if_any(Some(old))?.is_none() && new.is_none() {
                        return Ok(None);
                    }
                }
                stored = match store.entries().swap(name, stored.as_deref(), new, life).await? {
                    Compared::Equal => return at.read::<V, C>(stored).await,
                    Compared::Different(other) => Some(other),
                    Compared::Absent => None,
                };
            }
        };
        store.in_time(Box::pin(swapped)).await
    }

    /// Puts `new` in the place of a value equal to `old`; whether there was one.
    async fn swap_equal(at: &Target, name: &str, old: &[u8], new: Option<&[u8]>, life: Life) -> Result<bool> {
        let (store, _writing) = (at.store()?, at.writing(name));
        let swapped = async {
            let mut expected = old.to_vec();
            loop {
                match store.entries().swap(name, Some(&expected), new, life).await? {
                    Compared::Equal => return Ok(true),
                    Compared::Different(other) if at.is_form_of::<V, C>(&other, old).await? => expected = other,
                    Compared::Different(_) | Compared::Absent => return Ok(false),
                }
            }
        };
        store.in_time(Box::pin(swapped)).await
    }
}
