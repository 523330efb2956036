// A part of `mod.rs`.

/// Counting.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// Adds `amount` to the number under `key` and returns the sum. Where there is none, or only a stale one, it counts as
    /// 0 and begins its life; one that is there keeps the end of its life.
    ///
    /// So a cache that counts has a fixed window: the first call begins it. Integers are exact at every size, floats add as
    /// IEEE doubles do.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, since `INCRBY` knows neither the stored form nor numbers beyond `i64`, and gives no
    /// new entry an end.
    ///
    /// # Errors
    ///
    /// Each leaves the stored value as it is: [`Overflow`](crate::ErrorKind::Overflow) when the sum is out of the range of
    /// `V`, [`NotANumber`](crate::ErrorKind::NotANumber) when no number is stored, [`Decode`](crate::ErrorKind::Decode)
    /// when a float is stored and `V` is an integer, [`Unsupported`](crate::ErrorKind::Unsupported) when the codec has no
    /// notation for numbers. Do not repeat after a lost answer: it may have been added.
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
    /// let hits = RedisTtlCache::<String, u64>::new("hits", Duration::from_secs(60)).on(&session);
    /// assert_eq!(hits.increment("127.0.0.1", 1).await?, 1);
    /// assert_eq!(hits.increment("127.0.0.1", 2).await?, 3);
    /// assert!(hits.expiry("127.0.0.1").await? <= Some(Duration::from_secs(60)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn increment(&self, key: impl Lend<K>, amount: impl Lend<V>) -> Operation<V>
    where
        V: Number,
    {
        let entry = encode_entry::<C, K, V>(&key, &amount, self.object.meaning);
        self.add("increment", entry, |increment| increment)
    }

    /// Subtracts `amount` from the number under `key` and returns the difference. Where there is none, or only a stale one,
    /// it counts as 0 and begins its life; one that is there keeps the end of its life.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: the script of [`increment`](Self::increment), which is exact.
    ///
    /// # Errors
    ///
    /// As of [`increment`](Self::increment), each of which leaves the stored value as it is:
    /// [`Overflow`](crate::ErrorKind::Overflow), also below zero where `V` is unsigned,
    /// [`NotANumber`](crate::ErrorKind::NotANumber), [`Decode`](crate::ErrorKind::Decode) and
    /// [`Unsupported`](crate::ErrorKind::Unsupported). Do not repeat after a lost answer: it may have been subtracted.
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
    /// let hits = RedisTtlCache::<String, u64>::new("hits", Duration::from_secs(60)).on(&session);
    /// hits.set("127.0.0.1", 3).await?;
    /// assert_eq!(hits.decrement("127.0.0.1", 1).await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn decrement(&self, key: impl Lend<K>, amount: impl Lend<V>) -> Operation<V>
    where
        V: Number,
    {
        let entry = encode_entry::<C, K, V>(&key, &amount, self.object.meaning);
        self.add("decrement", entry, Increment::negated)
    }

    fn add(
        &self,
        operation: &'static str,
        entry: Result<Encoded<EncodedEntry>>,
        direction: fn(Increment) -> Increment,
    ) -> Operation<V>
    where
        V: Number,
    {
        let (fault, life, may_be_led) = (self.options.check(), self.options.life, self.options.may_be_led());
        Operation::new(&self.object, operation, move |mut at| async move {
            fault?;
            let entry = entry?;
            let increment = direction(entry.bytes.increment::<C, V>()?);
            let entry = entry.ready(&mut at).await?;
            let name = entry_name(&at.key, entry.field());
            let _writing = at.writing(&name);
            let sum = at.store()?.entries().increment(&name, &increment, life, may_be_led).await?;
            at.knowing_reader::<V, C>().read(&sum)
        })
    }
}
