//! What became of a transaction.

/// What became of a [`Transaction`](crate::Transaction): all of it, or nothing.
///
/// # Examples
///
/// ```
/// use rediscache::{Committed, RedisCache, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");
///
/// let session = RedisSession::in_memory();
/// let made = || session.transaction().expect(TOPICS.entry(1), None).set(TOPICS.entry(1), "rust").commit();
/// assert_eq!(made().await?, Committed::Done);
/// assert_eq!(made().await?, Committed::Unmet { index: 0, namespace: "topics".to_owned() });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is done where something else was there than was expected"]
#[non_exhaustive]
pub enum Committed {
    /// All of it was done.
    Done,
    /// Nothing was done: an entry is not as was expected.
    Unmet {
        /// Which expectation that is, from 0 on; of several that are not met, the first.
        index: usize,
        /// The local namespace of the entry's object.
        namespace: String,
    },
}

impl Committed {
    /// Whether all of it was done.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::Committed;
    ///
    /// assert!(Committed::Done.is_done());
    /// assert!(!Committed::Unmet { index: 0, namespace: "topics".to_owned() }.is_done());
    /// ```
    #[must_use]
    pub fn is_done(&self) -> bool {
        *self == Self::Done
    }
}
