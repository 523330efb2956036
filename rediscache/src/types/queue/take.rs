//! Taking items.

use std::borrow::Cow;
use std::time::Duration;

use super::{QueueStream, RedisQueue};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::dispatch::{Delivery, ListSource, UnreadItem, Wait};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Whereabouts;
use crate::types::object::Target;
use crate::types::operation::Operation;

/// Taking.
impl<T: Value, C: Codec> RedisQueue<T, C> {
    /// Takes the next item, and waits for one as long as there is none.
    ///
    /// # Redis
    ///
    /// `RPOP`, one for all who ask while the last one is under way. Where the list is empty, the server tells when it
    /// is not (`BLMOVE` of the last item onto its own place), in the time of a round trip; other calls are not held up.
    ///
    /// It has no limit, and needs the runtime of the [session](crate::RedisSession) to be run for as long as it waits.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) when the item is not a `T`; it was moved to `{key}$dead` then, or the error says that the
    /// server refuses that, and it is kept until it does not. [`Closed`](ErrorKind::Closed) when the session is closed
    /// meanwhile. Repeating is safe; after a lost answer, an item may be gone.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no item is lost or doubled. One that arrives for a dropped future goes back to where it was, as soon as the
    /// server takes it, and keeps the session's connection until then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// let waiting = tokio::spawn(jobs.get());
    /// jobs.put(1).await?;
    /// assert_eq!(waiting.await.unwrap()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Operation<T> {
        Operation::unbounded(&self.object, "get", |at| async move {
            loop {
                if let Some(item) = take::<T, C>(&at, Wait::Forever).await? {
                    return Ok(item);
                }
            }
        })
    }

    /// Takes the next item, and waits for one no longer than `limit`; `None` when there was none.
    ///
    /// It looks once, whatever the limit; zero does not wait. The look takes as long as the server does.
    ///
    /// # Redis
    ///
    /// As of [`get`](Self::get): `RPOP`, and `BLMOVE` while it waits; one more `RPOP` when the time is up.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get): [`Decode`](ErrorKind::Decode) when the item is not a `T`; it moves to `{key}$dead`.
    /// [`Closed`](ErrorKind::Closed) when the session is closed meanwhile. [`Timeout`](ErrorKind::Timeout) is the
    /// server's silence, not the end of `limit`. Repeating is safe; after a lost answer, an item may be gone.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no item is lost or doubled. One that arrives for a dropped future, or too late, goes back to where
    /// it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// assert_eq!(jobs.get_timeout(Duration::from_millis(5)).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_timeout(&self, limit: Duration) -> Operation<Option<T>> {
        Operation::unbounded(&self.object, "get_timeout", move |at| async move {
            // In line from the start, to keep the place there; the look at the end is for those without time to wait.
            if let Ok(delivery) = tokio::time::timeout(limit, ask(&at, Wait::Forever)).await {
                // What is here is read, and told of, though the time may end meanwhile.
                return read::<T, C>(&at, delivery?).await;
            }
            take::<T, C>(&at, Wait::No).await
        })
    }

    /// Takes the next item; `None` where there is none, or others in this session wait for it.
    ///
    /// # Redis
    ///
    /// `RPOP`, one for all who ask while the last one is under way: one round trip, or two.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) when the item is not a `T`; it moves to `{key}$dead`. Repeating is safe; after a
    /// lost answer, an item may be gone.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no item is lost or doubled. One that arrives for a dropped future goes back to where it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// assert_eq!(jobs.try_get().await?, None);
    /// jobs.put(1).await?;
    /// assert_eq!(jobs.try_get().await?, Some(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_get(&self) -> Operation<Option<T>> {
        Operation::reading(&self.object, "try_get", |at| async move { take::<T, C>(&at, Wait::No).await })
    }

    /// Streams the items as they come, for ever.
    ///
    /// Items are taken one by one as the stream is polled, none ahead.
    ///
    /// # Redis
    ///
    /// As of [`get`](Self::get), for each item: `RPOP`, and `BLMOVE` while there is none.
    ///
    /// # Errors
    ///
    /// An item that is not a `T` is one `Err` of [`Decode`](ErrorKind::Decode), moves to `{key}$dead`, and is not the
    /// end. An error that [is retryable](Error::is_retryable), such as a lost connection, is not the end either; after
    /// a lost answer, an item may be gone. Any other error is the end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped `next()` loses no item, and the next one goes on with the same call. What is on its way
    /// to a dropped stream goes back to where it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// let mut stream = jobs.stream();
    /// assert_eq!(stream.try_next().await?, Some(1));
    /// assert_eq!(stream.try_next().await?, Some(2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(&self) -> QueueStream<T> {
        let queue = self.clone();
        QueueStream::new(move || {
            Operation::unbounded(&queue.object, "stream", |at| async move { take::<T, C>(&at, Wait::Forever).await })
        })
    }

    /// Streams the items there are; it ends when there are none, or others in this session wait for them.
    ///
    /// Items are taken one by one as the stream is polled, none ahead.
    ///
    /// # Redis
    ///
    /// As of [`try_get`](Self::try_get), for each item: `RPOP`; one more at the end.
    ///
    /// # Errors
    ///
    /// As of [`stream`](Self::stream): an item that is not a `T` is one `Err` of [`Decode`](ErrorKind::Decode), moves
    /// to `{key}$dead`, and is not the end, nor is an error that [is retryable](Error::is_retryable). Any other is the
    /// end.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped `next()` loses no item, and the next one goes on with the same call. What is on its way
    /// to a dropped stream goes back to where it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// use futures_util::TryStreamExt;
    ///
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2]).await?;
    /// assert_eq!(jobs.drain().try_collect::<Vec<u64>>().await?, [1, 2]);
    /// assert!(jobs.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn drain(&self) -> QueueStream<T> {
        let queue = self.clone();
        QueueStream::new(move || {
            Operation::reading(&queue.object, "drain", |at| async move { take::<T, C>(&at, Wait::No).await })
        })
    }
}

async fn take<T: Value, C: Codec>(at: &Target, wait: Wait) -> Result<Option<T>> {
    read::<T, C>(at, ask(at, wait).await?).await
}

async fn ask(at: &Target, wait: Wait) -> Result<Option<Delivery<ListSource>>> {
    at.store()?;
    let dispatchers = &at.session.state().list_dispatchers;
    dispatchers.ask(at.open_store(), &at.key, || ListSource::new(at.key.to_string()), wait).await
}

async fn read<T: Value, C: Codec>(at: &Target, delivery: Option<Delivery<ListSource>>) -> Result<Option<T>> {
    let Some(delivery) = delivery else { return Ok(None) };
    // Where that fails, the item goes back.
    let reader = at.reader::<T, C>(at.unknown_shapes::<C>(delivery.item())).await?;
    delivery.read(|item| reader.read(item)).await.map(|(_, value)| Some(value)).map_err(put_aside)
}

/// Says where an unreadable item is.
pub(crate) fn put_aside(UnreadItem { error, aside }: UnreadItem) -> Error {
    let message = match aside {
        Ok(Whereabouts::Dead) => "an item cannot be read and was moved to the list of dead letters".into(),
        Ok(Whereabouts::Delayed) => {
            let message = "an item cannot be read by this program and went back for others; it comes again after its \
                           backoff, and is a dead letter when none has read it for `unreadable_for`";
            message.into()
        }
        Ok(Whereabouts::Elsewhere) => "an item cannot be read, and is not this client's any more".into(),
        Err(refusal) => Cow::Owned(format!(
            "an item cannot be read, and could not be put aside yet ({}); this process keeps it and goes on trying",
            refusal.message()
        )),
    };
    error.of_kind(ErrorKind::Decode).saying(message)
}
