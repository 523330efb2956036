// A part of `mod.rs`.

/// Reading and writing in one atomic step.
impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    /// Removes the value and returns it; `None` where there was none.
    ///
    /// Of several callers at once, one gets it.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: the read of [`get`](Self::get), and a script that removes the value only if it is still that one;
    /// the script again when it is not. The value is read before it is removed, so that one that cannot be read stays.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `T`; it is left where it is. After a lost answer the value
    /// may be gone.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// motto.set("onward").await?;
    /// assert_eq!(motto.take().await?.as_deref(), Some("onward"));
    /// assert_eq!(motto.take().await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn take(&self) -> Operation<Option<T>> {
        let place = self.place();
        Operation::new(&self.object, "take", |at| async move { Self::swap(&at, &place?, None).await })
    }

    /// Stores `value` for good and returns the one before; `None` where there was none.
    ///
    /// # Redis
    ///
    /// Two round trips, atomic: the read of [`get`](Self::get), and a script that stores only if the value is still that one,
    /// or `HSETNX` where a record has none; more when it changed meanwhile. The value before is read first, so that one that
    /// cannot be read stays.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `T`; it is left where it is, and [`set`](Self::set)
    /// overwrites it. [`Encode`](crate::ErrorKind::Encode) when the codec has no form for the new one. Repeated after a lost
    /// answer, it may return `value` itself; the one before is lost then.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// assert_eq!(motto.replace("onward").await?, None);
    /// assert_eq!(motto.replace("upward").await?.as_deref(), Some("onward"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(&self, value: impl Lend<T>) -> Operation<Option<T>> {
        let (place, value) = (self.place(), encode_value::<C, T>(&value, self.object.meaning));
        Operation::new(&self.object, "replace", |mut at| async move {
            let value = value?.ready(&mut at).await?;
            Self::swap(&at, &place?, Some(&value)).await
        })
    }

    /// Stores `new` if `old` is what is stored; whether it was.
    ///
    /// The end of the value stays. A number that Python wrote in another form (`f|3`, `i|007`) is equal too, and so is a value of
    /// another shape, unless it holds what this type would drop. No value is equal to nothing: use
    /// [`set_if_absent`](Self::set_if_absent).
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script that compares stored forms. A second one only where those differ while the values are
    /// equal.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them. Repeated after a lost answer, it may find
    /// its own value.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// motto.set("onward").await?;
    /// assert!(motto.compare_and_set("onward", "upward").await?);
    /// assert!(!motto.compare_and_set("onward", "inward").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn compare_and_set(&self, old: impl Lend<T>, new: impl Lend<T>) -> Operation<bool> {
        let (place, meaning) = (self.place(), self.object.meaning);
        let (old, new) = (encode_value::<C, T>(&old, meaning), encode_value::<C, T>(&new, meaning));
        Operation::new(&self.object, "compare_and_set", |mut at| async move {
            let (old, new) = (old?.bytes, new?.ready(&mut at).await?);
            Self::swap_equal(&at, &place?, &old, &new).await
        })
    }

    /// Puts `new` in the place of whatever is there, and returns that.
    async fn swap(at: &Target, place: &ValuePlace, new: Option<&[u8]>) -> Result<Option<T>> {
        let swapped = async {
            let mut stored = place.get(at).await?;
            loop {
                match (&stored, new) {
                    (Some(old), _) => {
                        // Checked before it is taken away, and decoded again after: `T` may not cross an await.
                        let reader = at.reader::<T, C>(at.unknown_shapes::<C>([&**old])).await?;
                        if reader.read_if_any(Some(old))?.is_none() && new.is_none() {
                            return Ok(None);
                        }
                    }
                    (None, None) => return Ok(None),
                    (None, Some(_)) => {}
                }
                stored = match place.swap(at, stored.as_deref(), new, false).await? {
                    Compared::Equal => return at.read::<T, C>(stored).await,
                    Compared::Different(other) => Some(other),
                    Compared::Absent => None,
                };
            }
        };
        at.store()?.in_time(Box::pin(swapped)).await
    }

    /// Puts `new` in the place of a value equal to `old`; whether there was one.
    async fn swap_equal(at: &Target, place: &ValuePlace, old: &[u8], new: &[u8]) -> Result<bool> {
        let swapped = async {
            let mut expected = old.to_vec();
            loop {
                match place.swap(at, Some(&expected), Some(new), true).await? {
                    Compared::Equal => return Ok(true),
                    Compared::Different(other) if at.is_form_of::<T, C>(&other, old).await? => expected = other,
                    Compared::Different(_) | Compared::Absent => return Ok(false),
                }
            }
        };
        at.store()?.in_time(Box::pin(swapped)).await
    }
}
