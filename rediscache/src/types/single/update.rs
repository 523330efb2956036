// A part of `mod.rs`.

/// How often a change is tried. With eight processes that do nothing else, one in a million would not come through.
const MOST_TRIES: usize = 100;

/// Changing a value by what it is.
impl<T: Value, C: Codec, H: ValueHome> RedisValue<T, C, H> {
    /// Stores what `change` makes of the value, and returns that; `None` is what there is where nothing is stored.
    ///
    /// Where someone else changed the value meanwhile, `change` is asked again, with that value: it may be called more than once,
    /// and should do nothing but compute. Calls of one session take turns, so that only other programs get in the way. The end of
    /// the value stays.
    ///
    /// # Redis
    ///
    /// Two round trips: the read of [`get`](Self::get), and a script that stores only if the value is still that one, or
    /// `HSETNX` where a record has none; these again when it is not, up to 100 times. For sums, [`increment`](Self::increment)
    /// takes one.
    ///
    /// # Errors
    ///
    /// [`Timeout`](crate::ErrorKind::Timeout) where others changed the value each time, or it took longer than a call may; the
    /// waiting for others of this session aside. [`Decode`](crate::ErrorKind::Decode) when what is stored is not a `T`; it is left where it
    /// is. [`Encode`](crate::ErrorKind::Encode) when the codec has no form for what `change` made. After a lost answer, the change may have
    /// been made.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, it may or may not have taken effect, and keeps nobody waiting.
    ///
    /// # Panics
    ///
    /// Where `change` does; nothing is stored then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisSession, RedisValue};
    /// let session = RedisSession::in_memory();
    /// let latest = RedisValue::<Vec<u64>>::new("latest").on(&session);
    /// for seen in 1..=5 {
    ///     latest
    ///         .update(move |latest| {
    ///             let mut latest = latest.unwrap_or_default();
    ///             latest.insert(0, seen);
    ///             latest.truncate(3);
    ///             latest
    ///         })
    ///         .await?;
    /// }
    /// assert_eq!(latest.get().await?, Some(vec![5, 4, 3]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, change: impl FnMut(Option<T>) -> T + Send + 'static) -> Operation<T>
    where
        T: Send,
    {
        let place = self.place();
        Operation::new(&self.object, "update", |mut at| async move {
            let place = place?;
            let _turn = at.session.state().turns.enter(format!("{}$update", at.namespace.as_str())).await;
            Self::update_at(&mut at, &place, change).await
        })
    }

    async fn update_at(at: &mut Target, place: &ValuePlace, mut change: impl FnMut(Option<T>) -> T + Send) -> Result<T>
    where
        T: Send,
    {
        let session = at.session.clone();
        let updated = async {
            let mut stored = place.get(at).await?;
            for _ in 0..MOST_TRIES {
                let new = change(at.read::<T, C>(stored.clone()).await?);
                let bytes = encode_value::<C, T>(&new, at.meaning)?.ready(at).await?;
                stored = match place.swap(at, stored.as_deref(), Some(&bytes), true).await? {
                    Compared::Equal => return Ok(new),
                    Compared::Different(other) => Some(other),
                    Compared::Absent => None,
                };
            }
            Err(contended())
        };
        session.state().store.get()?.in_time(Box::pin(updated)).await
    }
}
