// A part of `mod.rs`.

/// Reading and writing, whatever is there.
impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    /// Reads the value; `None` where there is none.
    ///
    /// # Redis
    ///
    /// One round trip: `GET`, or `HGET` of a field of a record. Of several at once, one `MGET` of values, and one `HMGET` of the
    /// fields of a record; to `MGET`, what is no string is nothing, so that where it finds nothing, `GET` is asked, in one more.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `T`; it is left where it is. Safe to repeat.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let motto = RedisValue::<String>::new("motto").on(&session);
    /// assert_eq!(motto.get().await?, None);
    /// motto.set("onward").await?;
    /// assert_eq!(motto.get().await?.as_deref(), Some("onward"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Operation<Option<T>> {
        let place = self.place();
        Operation::reading(&self.object, "get", |at| async move {
            let stored = place?.get(&at).await?;
            at.read::<T, C>(stored).await
        })
    }

    /// Reads the value, or gives `default` back where there is none.
    ///
    /// # Redis
    ///
    /// As [`get`](Self::get). The default is not stored.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `T`; it is left where it is, and `default` does not
    /// stand in for it. Safe to repeat.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let threshold = RedisValue::<u64>::new("threshold").on(&session);
    /// assert_eq!(threshold.get_or(7).await?, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_or(&self, default: impl Give<T>) -> Operation<T>
    where
        T: Send,
    {
        let (place, default) = (self.place(), default.give());
        Operation::reading(&self.object, "get_or", |at| async move {
            let stored = place?.get(&at).await?;
            Ok(at.read::<T, C>(stored).await?.unwrap_or(default))
        })
    }

    /// Whether there is no value, readable or not.
    ///
    /// # Redis
    ///
    /// One round trip: `TYPE`, or `HEXISTS` of a field of a record.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let threshold = RedisValue::<u64>::new("threshold").on(&session);
    /// assert!(threshold.is_empty().await?);
    /// threshold.set(7).await?;
    /// assert!(!threshold.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        let place = self.place();
        Operation::reading(&self.object, "is_empty", |at| async move { Ok(!place?.contains(&at).await?) })
    }

    /// Stores `value` for good, whatever was there.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SET`, in a script that checks the data type; `HSET` of a field of a record, whose expiry stays.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it, and
    /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else, which stays. Safe to repeat.
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
    /// motto.set(String::from("upward")).await?;
    /// assert_eq!(motto.get().await?.as_deref(), Some("upward"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self, value: impl Lend<T>) -> Operation<()> {
        let (place, value) = (self.place(), encode_value::<C, T>(&value, self.object.meaning));
        Operation::new(&self.object, "set", |mut at| async move {
            let value = value?.ready(&mut at).await?;
            place?.set(&at, &value, None).await
        })
    }

    /// Stores `value`, whatever was there, to end after this time.
    ///
    /// Rounded up to milliseconds, one at the least.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SET` with `PX`, in a script that checks the data type. The embedded store follows tokio's
    /// clock.
    ///
    /// # Errors
    ///
    /// As of [`set`](Self::set). Safe to repeat; the time then counts from the last.
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let notice = RedisValue::<String>::new("notice").on(&session);
    /// notice.set_for("back in a minute", Duration::from_secs(60)).await?;
    /// assert!(notice.expiry().await?.is_some_and(|left| left <= Duration::from_secs(60)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_for(&self, value: impl Lend<T>, lifetime: Duration) -> Operation<()>
    where
        H: OwnLifetime,
    {
        let (place, value) = (self.place(), encode_value::<C, T>(&value, self.object.meaning));
        Operation::new(&self.object, "set_for", move |mut at| async move {
            let value = value?.ready(&mut at).await?;
            place?.set(&at, &value, Some(Life::of(lifetime).kept())).await
        })
    }

    /// Stores `value` for good where there is none; whether it did.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `SET` with `NX`, in a script that checks the data type; `HSETNX` of a field of a record.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may find its own
    /// value.
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
    /// assert!(motto.set_if_absent("onward").await?);
    /// assert!(!motto.set_if_absent("upward").await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_if_absent(&self, value: impl Lend<T>) -> Operation<bool> {
        let (place, value) = (self.place(), encode_value::<C, T>(&value, self.object.meaning));
        Operation::new(&self.object, "set_if_absent", |mut at| async move {
            let value = value?.ready(&mut at).await?;
            place?.set_if_absent(&at, &value).await
        })
    }

    /// Removes the value, expiry included. The other fields of a record stay.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `UNLINK`, in a script that checks the data type; `HDEL` of a field of a record.
    ///
    /// # Errors
    ///
    /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds something else, which stays. Repeating helps against
    /// connection trouble, and leaves nothing as well.
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
    /// motto.clear().await?;
    /// assert!(motto.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear(&self) -> Operation<()> {
        let place = self.place();
        Operation::new(&self.object, "clear", |at| async move { place?.clear(&at).await })
    }
}
