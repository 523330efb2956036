// A part of `mod.rs`.

/// Counting.
impl<K: Key, V: Value, C: Codec> RedisCache<K, V, C> {
    /// Adds `amount` to the number under `key` and returns the sum; a key without a value counts as 0.
    ///
    /// Integers are exact at every size, floats add as IEEE doubles do. Other than in Python, no digits are lost beyond
    /// 2^53, and floats keep all their digits.
    ///
    /// # Redis
    ///
    /// One round trip, atomic. A script, since `HINCRBY` knows neither the stored form nor other ranges than that of `i64`;
    /// where a codec writes plain digits, as `Json` does, and `V` is `i64`, it is `HINCRBY`, which takes the server a tenth of
    /// the time. What that refuses, such as `007` by another program, is looked at by the script: one more round trip.
    ///
    /// # Errors
    ///
    /// Each leaves the stored value as it is: [`Overflow`](ErrorKind::Overflow) when the sum is out of the range of
    /// `V`, [`NotANumber`](ErrorKind::NotANumber) when no number is stored, [`Decode`](ErrorKind::Decode) when a float
    /// is stored and `V` is an integer, [`Unsupported`](ErrorKind::Unsupported) when the codec has no notation for
    /// numbers. Do not repeat after a lost answer: it may have been added.
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
    /// let counts = RedisCache::<String, u64>::new("counts").on(&session);
    /// assert_eq!(counts.increment("visits", 2).await?, 2);
    /// assert_eq!(counts.increment("visits", 1).await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn increment(&self, key: impl Lend<K>, amount: impl Lend<V>) -> Operation<V>
    where
        V: Number,
    {
        self.add("increment", encode_entry::<C, K, V>(&key, &amount, self.object.meaning), |increment| increment)
    }

    /// Subtracts `amount` from the number under `key` and returns the difference; a key without a value counts as 0.
    ///
    /// Exact, as [`increment`](Self::increment) is.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `HINCRBY` or the script, as of [`increment`](Self::increment).
    ///
    /// # Errors
    ///
    /// As of [`increment`](Self::increment), each of which leaves the stored value as it is:
    /// [`Overflow`](ErrorKind::Overflow), also below zero where `V` is unsigned, [`NotANumber`](ErrorKind::NotANumber),
    /// [`Decode`](ErrorKind::Decode) and [`Unsupported`](ErrorKind::Unsupported). Do not repeat after a lost answer: it
    /// may have been subtracted.
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
    /// # use rediscache::{ErrorKind, RedisCache, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let counts = RedisCache::<String, u64>::new("counts").on(&session);
    /// let below_zero = counts.decrement("visits", 1).await.unwrap_err();
    /// assert_eq!(below_zero.kind(), ErrorKind::Overflow);
    /// # Ok(())
    /// # }
    /// ```
    pub fn decrement(&self, key: impl Lend<K>, amount: impl Lend<V>) -> Operation<V>
    where
        V: Number,
    {
        self.add("decrement", encode_entry::<C, K, V>(&key, &amount, self.object.meaning), Increment::negated)
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
        Operation::new(&self.object, operation, move |mut at| async move {
            let entry = entry?;
            let increment = direction(entry.bytes.increment::<C, V>()?);
            let entry = entry.ready(&mut at).await?;
            let sum = at.store()?.hashes().increment(&at.key, entry.field(), &increment).await?;
            at.knowing_reader::<V, C>().read(&sum)
        })
    }
}
