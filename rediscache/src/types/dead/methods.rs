//! The methods of both kinds of queues on their dead letters.

/// Those methods, with examples of that type.
///
/// `$type` is its name, `$new` makes one in the examples, `$fail` makes a dead letter of 7 there, and `$dead` says in words
/// what becomes one. The type has a method `call`, which makes one call in its name.
macro_rules! dead_methods {
    ($type:literal, $new:literal, $fail:literal, $dead:literal) => {
        /// Streams the dead letters, oldest first, a page at a time; nothing where there are none.
        ///
        #[doc = concat!("That is ", $dead, ".")]
        /// Each is a copy that tells its value, or why it cannot be read, and its bytes; it stays where it is until
        /// [`requeue_one`](Self::requeue_one) or [`delete_one`](Self::delete_one) takes it away, which may be done while they
        /// are streamed.
        ///
        /// A letter that is there throughout is seen, and once, where each is taken away by this stream's own letters, or none
        /// is. Where others take some away meanwhile, the place of the next one is looked for: a letter may then be seen
        /// twice, and one that is equal to another may be passed over. What becomes a dead letter after the first page was
        /// read is not seen, so that the stream ends.
        ///
        /// # Redis
        ///
        /// `LRANGE` of `{key}$dead`, 200 letters in one round trip, the next ones only when the last are used up; where there
        /// are as many, one `LLEN`. It holds one page in memory.
        ///
        /// # Errors
        ///
        /// A letter that cannot be read is no error here, and not the end. A page that cannot be fetched is one `Err`, as of
        /// every method, and the end; another stream begins from the start.
        ///
        /// # Cancel safety
        ///
        /// Changes nothing. A dropped `next()` loses no letter.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// use futures_util::TryStreamExt;
        ///
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        #[doc = $fail]
        /// let mut letters = jobs.dead();
        /// while let Some(letter) = letters.try_next().await? {
        ///     assert_eq!(letter.bytes(), b"i|7");
        ///     match letter.value() {
        ///         Ok(7) => assert!(jobs.requeue_one(&letter).await?),
        ///         _ => assert!(jobs.delete_one(&letter).await?),
        ///     }
        /// }
        /// assert_eq!((jobs.dead_len().await?, jobs.len().await?), (0, 1));
        /// # Ok(())
        /// # }
        /// ```
        pub fn dead(&self) -> DeadLetters<T> {
            let queue = self.clone();
            DeadLetters::new::<C>(move |seen| queue.call(Access::Read, "dead", |at| next_letters::<T, C>(at, seen)))
        }

        /// How many dead letters there are; 0 where there are none.
        ///
        /// # Redis
        ///
        /// One round trip, constant time: `LLEN` of `{key}$dead`.
        ///
        /// # Errors
        ///
        /// Those of every method; repeating helps against connection trouble, and is safe.
        ///
        /// # Cancel safety
        ///
        /// Changes nothing.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        /// assert_eq!(jobs.dead_len().await?, 0);
        #[doc = $fail]
        /// assert_eq!(jobs.dead_len().await?, 1);
        /// # Ok(())
        /// # }
        /// ```
        pub fn dead_len(&self) -> Operation<u64> {
            self.call(Access::Read, "dead_len", |at| async move {
                let store = at.store()?;
                store.lists().len(&store.beside(&at.key, DEAD)?).await
            })
        }

        /// Puts one dead letter at the back of the queue, as if it had never been taken; `false` where it is not there.
        ///
        /// It is found by its bytes; of equal letters the oldest goes.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: a script of `LREM` and `LPUSH`. Time grows with the letters that are older.
        ///
        /// # Errors
        ///
        /// Those of every method; where one is refused, the letter is still there. Repeated after a lost answer, it may find
        /// none, or move an equal one.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, the letter is either dead or back.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// use futures_util::TryStreamExt;
        ///
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        #[doc = $fail]
        /// if let Some(letter) = jobs.dead().try_next().await? {
        ///     assert!(jobs.requeue_one(&letter).await?);
        ///     assert!(!jobs.requeue_one(&letter).await?);
        /// }
        /// assert_eq!(jobs.len().await?, 1);
        /// # Ok(())
        /// # }
        /// ```
        pub fn requeue_one(&self, letter: &DeadLetter<T>) -> Operation<bool> {
            let (bytes, seen) = (letter.bytes().to_vec(), Arc::clone(letter.seen()));
            self.call(Access::Change, "requeue_one", |at| async move {
                let store = at.store()?;
                let moved = store.lists().requeue_one(&at.key, &store.beside(&at.key, DEAD)?, &bytes).await?;
                if moved {
                    seen.remove(&bytes);
                }
                Ok(moved)
            })
        }

        /// Removes one dead letter; `false` where it is not there.
        ///
        /// It is found by its bytes; of equal letters the oldest goes.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: `LREM`, in a script. Time grows with the letters that are older.
        ///
        /// # Errors
        ///
        /// Those of every method. Repeated after a lost answer, it may find none, or remove an equal one.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, it may or may not have taken effect.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// use futures_util::TryStreamExt;
        ///
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        #[doc = $fail]
        /// if let Some(letter) = jobs.dead().try_next().await? {
        ///     assert!(jobs.delete_one(&letter).await?);
        ///     assert!(!jobs.delete_one(&letter).await?);
        /// }
        /// assert_eq!((jobs.dead_len().await?, jobs.len().await?), (0, 0));
        /// # Ok(())
        /// # }
        /// ```
        pub fn delete_one(&self, letter: &DeadLetter<T>) -> Operation<bool> {
            let (bytes, seen) = (letter.bytes().to_vec(), Arc::clone(letter.seen()));
            self.call(Access::Change, "delete_one", |at| async move {
                let store = at.store()?;
                let deleted = store.lists().delete_one(&at.key, &store.beside(&at.key, DEAD)?, &bytes).await?;
                if deleted {
                    seen.remove(&bytes);
                }
                Ok(deleted)
            })
        }

        /// Puts all dead letters at the back of the queue, oldest first, as if they had never been taken; how many.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: a script of `LLEN`, and `LMOVE` for each.
        ///
        /// # Errors
        ///
        /// Those of every method; where one is refused, all are where they were. Safe to repeat; after a lost answer, it may
        /// count none.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, all or nothing is back.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        #[doc = $fail]
        /// assert_eq!(jobs.requeue_dead().await?, 1);
        /// assert_eq!(jobs.requeue_dead().await?, 0);
        /// assert_eq!(jobs.len().await?, 1);
        /// # Ok(())
        /// # }
        /// ```
        pub fn requeue_dead(&self) -> Operation<u64> {
            self.call(Access::Change, "requeue_dead", |at| async move {
                let store = at.store()?;
                store.lists().requeue_all(&at.key, &store.beside(&at.key, DEAD)?).await
            })
        }

        /// Removes all dead letters; how many.
        ///
        /// # Redis
        ///
        /// One round trip, atomic: a script of `LLEN`, and `UNLINK`, which frees the memory in the background.
        ///
        /// # Errors
        ///
        /// Those of every method. Safe to repeat; after a lost answer, it may count none.
        ///
        /// # Cancel safety
        ///
        /// Dropped after its first poll, it may or may not have taken effect.
        ///
        /// # Examples
        ///
        /// ```
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("# use rediscache::{", $type, ", RedisSession};")]
        /// let session = RedisSession::in_memory();
        #[doc = concat!("let jobs = ", $new, ".on(&session);")]
        /// assert_eq!(jobs.clear_dead().await?, 0);
        #[doc = $fail]
        /// assert_eq!(jobs.clear_dead().await?, 1);
        /// assert_eq!((jobs.dead_len().await?, jobs.len().await?), (0, 0));
        /// # Ok(())
        /// # }
        /// ```
        pub fn clear_dead(&self) -> Operation<u64> {
            self.call(Access::Change, "clear_dead", |at| async move {
                let store = at.store()?;
                store.lists().delete_all(&at.key, &store.beside(&at.key, DEAD)?).await
            })
        }
    };
}
pub(in crate::types) use dead_methods;
