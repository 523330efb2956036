// A part of `mod.rs`.

/// Reading and writing in one atomic step.
impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Removes `key` and returns its value; `None` where there was none.
    ///
    /// Of several callers at once, one gets the value.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: `HGET`, and a script that removes the value only if it is still that one; the script
    /// again when it is not. One where there is none. The value is read before it is removed, so that one that cannot
    /// be read stays.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is. After a lost
    /// answer the value may be gone.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// names.set(1, "one").await?;
    /// assert_eq!(names.pop(1).await?.as_deref(), Some("one"));
    /// assert_eq!(names.pop(1).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn pop(&self, key: impl Lend<K>) -> Operation<Option<V>> {
        let field = encode::<C, K>(&key);
        Operation::new(&self.object, "pop", |at| async move { Self::swap(&at, &field?, None).await })
    }

    /// Removes `key` and returns its value, or gives `default` back where there was none.
    ///
    /// Of several callers at once, one gets the value.
    ///
    /// # Redis
    ///
    /// As of [`pop`](Self::pop): `HGET`, and a script that removes the value only if it is still that one, atomic. Two
    /// round trips, or one where there is none.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is. After a lost
    /// answer the value may be gone, and repeating gives `default`.
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
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert_eq!(names.pop_or(1, "nobody").await?, "nobody");
    /// # Ok(())
    /// # }
    /// ```
    pub fn pop_or(&self, key: impl Lend<K>, default: impl Give<V>) -> Operation<V>
    where
        V: Send,
    {
        let (field, default) = (encode::<C, K>(&key), default.give());
        Operation::new(&self.object, "pop_or", |at| async move {
            Ok(Self::swap(&at, &field?, None).await?.unwrap_or(default))
        })
    }

    /// Stores `value` and returns the one before; `None` where there was none.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: `HGET`, and a script that stores only if the value is still that one, or `HSETNX` where
    /// there is none; more when it changed meanwhile. The value before is read first, so that one that cannot be read
    /// stays.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `V`; it is left where it is, and
    /// [`set`](Self::set) overwrites it. [`Encode`](crate::ErrorKind::Encode) when the codec has no form for the key
    /// or the value. Repeated after a lost answer, it may return `value` itself; the one before is lost then.
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
    /// assert_eq!(names.replace(1, "one").await?, None);
    /// assert_eq!(names.replace(1, "uno").await?.as_deref(), Some("one"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(&self, key: impl Lend<K>, value: impl Lend<V>) -> Operation<Option<V>> {
        let entry = encode_entry::<C, K, V>(&key, &value, self.object.meaning);
        Operation::new(&self.object, "replace", |mut at| async move {
            let entry = entry?.ready(&mut at).await?;
            Self::swap(&at, entry.field(), Some(entry.value())).await
        })
    }

    /// Stores `new` if `old` is what is stored; whether it was.
    ///
    /// A number that Python wrote in another form (`f|3`, `i|007`) is equal too, and so is a value of another shape, unless it
    /// holds what this type would drop. A key without a value is equal to nothing: use [`set_if_absent`](Self::set_if_absent).
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that compares stored forms. A second one only where those differ while the
    /// values are equal.
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
    /// names.set(1, "one").await?;
    /// assert!(names.compare_and_set(1, "one", "uno").await?);
    /// assert!(!names.compare_and_set(1, "one", "eins").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compare_and_set(&self, key: impl Lend<K>, old: impl Lend<V>, new: impl Lend<V>) -> Operation<bool> {
        let (entry, new) = (encode_entry::<C, K, V>(&key, &old, self.object.meaning), encode_value::<C, V>(&new, self.object.meaning));
        Operation::new(&self.object, "compare_and_set", |mut at| async move {
            let (entry, new) = (entry?.bytes, new?.ready(&mut at).await?);
            Self::swap_equal(&at, entry.field(), entry.value(), Some(&new)).await
        })
    }

    /// Removes `key` if `old` is what is stored; whether it was. A key without a value is equal to nothing.
    ///
    /// A number that Python or an older program wrote in another form (`f|3`, `i|007`) is equal too.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that compares stored forms. A second one only where those differ while the
    /// values are equal.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer,
    /// it may find nothing.
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
    /// assert!(!names.compare_and_delete(1, "two").await?);
    /// assert!(names.compare_and_delete(1, "one").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compare_and_delete(&self, key: impl Lend<K>, old: impl Lend<V>) -> Operation<bool> {
        let entry = encode_entry::<C, K, V>(&key, &old, self.object.meaning);
        Operation::new(&self.object, "compare_and_delete", |at| async move {
            let entry = entry?.bytes;
            Self::swap_equal(&at, entry.field(), entry.value(), None).await
        })
    }

    /// Puts `new` in the place of whatever is there, and returns that.
    async fn swap(at: &Target, field: &[u8], new: Option<&[u8]>) -> Result<Option<V>> {
        let store = at.store()?;
        let swapped = async {
            let mut stored = store.hashes().get(&at.key, field).await?;
            loop {
                let outcome = match (&stored, new) {
                    (Some(old), _) => {
                        // Checked before it is taken away, and decoded again after: `V` may not cross an await.
                        let reader = at.reader::<V, C>(at.unknown_shapes::<C>([&**old])).await?;
                        if reader.read_if_any(Some(old))?.is_none() && new.is_none() {
                            return Ok(None);
                        }
                        store.hashes().compare_and_swap(&at.key, field, old, new).await?
                    }
                    (None, None) => return Ok(None),
                    (None, Some(new)) if store.hashes().set_if_absent(&at.key, field, new).await? => return Ok(None),
                    (None, Some(_)) => match store.hashes().get(&at.key, field).await? {
                        Some(other) => Compared::Different(other),
                        None => Compared::Absent,
                    },
                };
                stored = match outcome {
                    Compared::Equal => return at.read::<V, C>(stored).await,
                    Compared::Different(other) => Some(other),
                    Compared::Absent => None,
                };
            }
        };
        store.in_time(Box::pin(swapped)).await
    }

    /// Puts `new` in the place of a value equal to `old`; whether there was one.
    async fn swap_equal(at: &Target, field: &[u8], old: &[u8], new: Option<&[u8]>) -> Result<bool> {
        let store = at.store()?;
        let swapped = async {
            let mut expected = old.to_vec();
            loop {
                match store.hashes().compare_and_swap(&at.key, field, &expected, new).await? {
                    Compared::Equal => return Ok(true),
                    Compared::Different(other) if at.is_form_of::<V, C>(&other, old).await? => expected = other,
                    Compared::Different(_) | Compared::Absent => return Ok(false),
                }
            }
        };
        store.in_time(Box::pin(swapped)).await
    }
}
