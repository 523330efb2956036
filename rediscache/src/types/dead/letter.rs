//! One dead letter.

use std::any::type_name;
use std::fmt;
use std::result;
use std::sync::Arc;

use super::seen::SeenLetters;
use crate::error::{Error, Result};

/// What failed too often, or cannot be read: its value, or why there is none, and its bytes.
///
/// It is a copy: the letter itself stays among the dead ones until `requeue_one` or `delete_one` of the queue takes it
/// away. Made by [`RedisQueue::dead`](crate::RedisQueue::dead) and [`RedisTaskQueue::dead`](crate::RedisTaskQueue::dead).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// use futures_util::TryStreamExt;
/// use rediscache::{ErrorKind, RedisQueue, RedisSession};
///
/// let session = RedisSession::in_memory();
/// let texts = RedisQueue::<String>::new("jobs$dead").on(&session);
/// texts.put("seven").await?; // as if an earlier release had put it into `jobs`
///
/// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
/// let mut letters = jobs.dead();
/// while let Some(letter) = letters.try_next().await? {
///     assert_eq!(letter.value().unwrap_err().kind(), ErrorKind::Decode);
///     assert_eq!(letter.bytes(), b"s|seven");
///     jobs.delete_one(&letter).await?;
/// }
/// assert_eq!(jobs.dead_len().await?, 0);
/// # Ok(())
/// # }
/// ```
pub struct DeadLetter<T> {
    bytes: Vec<u8>,
    value: Result<T>,
    /// What the stream that it comes from gave out.
    seen: Arc<SeenLetters>,
}

impl<T> DeadLetter<T> {
    pub(super) fn new(bytes: Vec<u8>, value: Result<T>, seen: &Arc<SeenLetters>) -> Self {
        let unreadable = || format!("the dead letter cannot be read as `{}`", type_name::<T>());
        let value = value.map_err(|error| error.saying(unreadable()));
        Self { bytes, value, seen: Arc::clone(seen) }
    }

    /// The value, or why the letter cannot be read: [`Decode`](crate::ErrorKind::Decode).
    ///
    /// # Errors
    ///
    /// When it is not a `T`, or in a shape that nobody knows any more; the source says where in it.
    pub fn value(&self) -> result::Result<&T, &Error> {
        self.value.as_ref()
    }

    /// The value itself, or why the letter cannot be read.
    ///
    /// # Errors
    ///
    /// As of [`value`](Self::value).
    pub fn into_value(self) -> Result<T> {
        self.value
    }

    /// What is stored, in the form that the codec of the one who put it in gave it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(in crate::types) fn seen(&self) -> &Arc<SeenLetters> {
        &self.seen
    }
}

/// Neither the value nor the bytes, which may be a secret.
impl<T> fmt::Debug for DeadLetter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("length", &self.bytes.len())
            .field("error", &self.value.as_ref().err())
            .finish_non_exhaustive()
    }
}
