//! The plain queue.

mod stream;

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use stream::QueueStream;

use super::declare::{Declaration, ObjectInfo, ObjectKind, RedisObject};
use super::object::{Object, Target};
use super::operation::Operation;
use super::shared::shared_methods;
use crate::bounds::Value;
use crate::codec::{Codec, Typestring, append, decode};
use crate::dispatch::{ListSource, Wait};
use crate::error::{Error, ErrorKind, Result};
use crate::lend::Lend;
use crate::session::RedisSession;
use crate::store::{LIST, Packed};

/// A typed first-in, first-out queue over one Redis list.
///
/// A queue is a name, as a [`RedisCache`](crate::RedisCache) is; clones, and other queues of the same name, see the same
/// items, and each item goes to one of those who get. Within a session, those who wait are served in order.
///
/// An item leaves the list when it is taken. A dropped `get` loses nothing: what was on its way goes back to the end it
/// came from. What a crash of the process, or a connection that breaks while items are taken, can lose is at most the
/// items in flight: taken from the list and not yet handed over. On a cluster and under Sentinels, a wait outlives a
/// failover of up to a minute. A [`RedisTaskQueue`](crate::RedisTaskQueue) loses not even those.
///
/// An item that cannot be read is one [`Decode`](ErrorKind::Decode) error to the one who would have got it, and moves to
/// the list `{key}$dead`, so that the queue goes on and nothing is lost.
///
/// Beside the errors that each method names, all of them can fail as those of a [`RedisCache`](crate::RedisCache).
///
/// # Redis
///
/// One list at `{global}.{namespace}`: `LPUSH` in, `RPOP` out, items in the form that the codec gives them. Waiting needs
/// one more connection for each queue that a session waits on, however many wait there, and sends nothing but a blocking
/// command every 5 s; that connection is closed about 10 s after the last wait. A background task serves each queue that
/// is got from; it ends with the session. Items that go back are put there by a script, which leaves
/// `{key}$returned:{number}` for 10 minutes, so that they go back once though an answer is lost. On a cluster, what is beside
/// the key takes it as a hash tag, `{` and `}` included, unless it has one; a name with another `}` is
/// [`Unsupported`](ErrorKind::Unsupported).
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisQueue, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Channel {
///     outbox: RedisQueue<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// let waiting = tokio::spawn(Channel::outbox().get());
/// Channel::outbox().put("hello").await?;
/// assert_eq!(waiting.await.unwrap()?, "hello");
/// # Ok(())
/// # }
/// ```
pub struct RedisQueue<T, C = Typestring> {
    object: Object,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> RedisQueue<T, C> {
    const fn over(object: Object) -> Self {
        Self { object, types: PhantomData }
    }
}

impl<T: Value, C: Codec> RedisQueue<T, C> {
    shared_methods!(LIST);

    /// Puts one item in.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `LPUSH`.
    ///
    /// # Errors
    ///
    /// [`Encode`](ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the item may or may not be in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// jobs.put(1).await?;
    /// jobs.put_many([2, 3]).await?;
    /// assert_eq!(jobs.get().await?, 1);
    /// assert_eq!(jobs.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put(&self, item: impl Lend<T>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put", [item])
    }

    /// Puts all items in, in their order. Nothing happens when there are none. As [`put`](Self::put), still one round
    /// trip: all are in, or none.
    pub fn put_many<A: Lend<T>>(&self, items: impl IntoIterator<Item = A>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put_many", items)
    }

    /// Takes the next item, and waits for one as long as there is none.
    ///
    /// # Redis
    ///
    /// `RPOP`, one for all who ask while the last one is under way. Where the list is empty, the server tells when it is
    /// not (`BLMOVE` of the last item onto its own place), in the time of a round trip; other calls are not held up.
    ///
    /// # Errors
    ///
    /// [`Decode`](ErrorKind::Decode) when the item is not a `T`; it moves to `{key}$dead`.
    /// [`Closed`](ErrorKind::Closed) when the session is closed meanwhile. After a lost answer, an item may be gone.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no item is lost or doubled. One that arrives for a dropped future goes back to where it was.
    ///
    /// # Examples
    ///
    /// See [`put`](Self::put).
    pub fn get(&self) -> Operation<T> {
        Operation::new(&self.object, "get", |at| async move {
            loop {
                if let Some(item) = take::<T, C>(&at, Wait::Forever).await? {
                    return Ok(item);
                }
            }
        })
    }

    /// Takes the next item, and waits for one no longer than `limit`; `None` when there was none.
    ///
    /// It looks once, whatever the limit; zero does not wait. The look takes as long as the server does. As
    /// [`get`](Self::get).
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
        Operation::new(&self.object, "get_timeout", move |at| async move {
            // In line from the start, to keep the place there; the look at the end is for those without time to wait.
            if let Ok(answer) = tokio::time::timeout(limit, take::<T, C>(&at, Wait::Forever)).await {
                return answer;
            }
            take::<T, C>(&at, Wait::No).await
        })
    }

    /// Takes the next item; `None` where there is none, or others in this session wait for it. As [`get`](Self::get).
    pub fn try_get(&self) -> Operation<Option<T>> {
        Operation::new(&self.object, "try_get", |at| async move { take::<T, C>(&at, Wait::No).await })
    }

    /// Streams the items as they come, for ever.
    ///
    /// An item that cannot be read is one `Err` and not the end, and so is a lost connection; other errors are the end.
    /// As [`get`](Self::get); items are taken one by one as the stream is polled.
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
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(&self) -> QueueStream<T> {
        let queue = self.clone();
        QueueStream::new(move || {
            Operation::new(&queue.object, "stream", |at| async move { take::<T, C>(&at, Wait::Forever).await })
        })
    }

    /// Streams the items there are; it ends when there are none. As [`stream`](Self::stream).
    pub fn drain(&self) -> QueueStream<T> {
        let queue = self.clone();
        QueueStream::new(move || {
            Operation::new(&queue.object, "drain", |at| async move { take::<T, C>(&at, Wait::No).await })
        })
    }

    /// How many items there are.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `LLEN`.
    ///
    /// # Errors
    ///
    /// Those of every method; repeating helps against connection trouble.
    ///
    /// # Cancel safety
    ///
    /// Changes nothing.
    pub fn len(&self) -> Operation<u64> {
        Operation::new(&self.object, "len", |at| async move { at.store()?.lists().len(&at.key).await })
    }

    /// Whether there are no items. As [`len`](Self::len).
    pub fn is_empty(&self) -> Operation<bool> {
        Operation::new(&self.object, "is_empty", |at| async move { Ok(at.store()?.lists().len(&at.key).await? == 0) })
    }
}

async fn take<T: Value, C: Codec>(at: &Target, wait: Wait) -> Result<Option<T>> {
    at.store()?;
    let dispatchers = &at.session.state().list_dispatchers;
    let delivery = dispatchers.ask(at.open_store(), &at.key, || ListSource::new(at.key.to_string()), wait).await?;
    delivery
        .map(|delivery| delivery.read(|item| decode::<C, T>(item)).map(|(_, value)| value))
        .transpose()
        .map_err(put_aside)
}

/// Says where an unreadable item went.
pub(super) fn put_aside(error: Error) -> Error {
    Error::new(ErrorKind::Decode, "an item cannot be read and was moved to the list of dead letters").because(error)
}

/// Puts items into a list.
pub(super) fn push<C: Codec, T, A: Lend<T>>(
    object: &Object,
    operation: &'static str,
    items: impl IntoIterator<Item = A>,
) -> Operation<()> {
    let mut packed = Packed::default();
    let encoded = items.into_iter().try_for_each(|item| packed.push_with(|out| append::<C, T>(&item, out)));
    Operation::new(object, operation, |at| async move {
        let store = at.store()?;
        encoded?;
        if packed.is_empty() { Ok(()) } else { store.lists().push(&at.key, &packed).await }
    })
}

impl<T: Value, C: Codec> RedisObject for RedisQueue<T, C> {
    fn declare(declaration: Declaration) -> Self {
        Self::over(Object::declared(&declaration))
    }

    fn describe(field: &'static str, declaration: Declaration) -> ObjectInfo {
        ObjectInfo::new(field, &declaration, ObjectKind::Queue, None, std::any::type_name::<T>())
    }
}

impl<T, C> Clone for RedisQueue<T, C> {
    fn clone(&self) -> Self {
        Self::over(self.object.clone())
    }
}

impl<T, C> fmt::Debug for RedisQueue<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisQueue").field("namespace", &self.object.namespace()).finish_non_exhaustive()
    }
}
