// A part of `mod.rs`.

/// Counting.
impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    /// Adds `amount` to the number and returns the sum. Where there is none, it counts as 0.
    ///
    /// Integers are exact at every size, floats add as IEEE doubles do. The end of the value stays.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script, since `INCRBY` knows neither the stored form nor numbers beyond `i64`. Of a field of a
    /// record, those who call at once leave together.
    ///
    /// # Errors
    ///
    /// Each leaves the stored value as it is: [`Overflow`](crate::ErrorKind::Overflow) when the sum is out of the range of `T`,
    /// [`NotANumber`](crate::ErrorKind::NotANumber) when no number is stored, [`Decode`](crate::ErrorKind::Decode) when a float is
    /// stored and `T` is an integer, [`Unsupported`](crate::ErrorKind::Unsupported) when the codec has no notation for
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let visits = RedisValue::<u64>::new("visits").on(&session);
    /// assert_eq!(visits.increment(1).await?, 1);
    /// assert_eq!(visits.increment(2).await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn increment(&self, amount: impl Lend<T>) -> Operation<T>
    where
        T: Number,
    {
        self.add("increment", encode_value::<C, T>(&amount, self.object.meaning), |increment| increment)
    }

    /// Subtracts `amount` from the number and returns the difference. Where there is none, it counts as 0.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: the script of [`increment`](Self::increment), which is exact.
    ///
    /// # Errors
    ///
    /// As of [`increment`](Self::increment), each of which leaves the stored value as it is:
    /// [`Overflow`](crate::ErrorKind::Overflow), also below zero where `T` is unsigned,
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
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let seats = RedisValue::<u64>::new("seats").on(&session);
    /// seats.set(3).await?;
    /// assert_eq!(seats.decrement(1).await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn decrement(&self, amount: impl Lend<T>) -> Operation<T>
    where
        T: Number,
    {
        self.add("decrement", encode_value::<C, T>(&amount, self.object.meaning), Increment::negated)
    }

    fn add(
        &self,
        operation: &'static str,
        amount: Result<Encoded<Vec<u8>>>,
        direction: fn(Increment) -> Increment,
    ) -> Operation<T>
    where
        T: Number,
    {
        let place = self.place();
        Operation::new(&self.object, operation, move |mut at| async move {
            let amount = amount?;
            let increment = Increment::by(&amount.bytes, C::NUMBERS.ok_or_else(no_numbers)?, T::KIND.0)?;
            amount.ready(&mut at).await?;
            let sum = place?.increment(&at, &direction(increment)).await?;
            at.knowing_reader::<T, C>().read(&sum)
        })
    }
}
