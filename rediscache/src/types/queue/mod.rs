//! The plain queue.

mod dead;
mod stream;
mod take;
mod window;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use dead::QueueStats;
pub use stream::QueueStream;
pub(super) use take::put_aside;

use super::declaration::Declaration;
use super::declare::{Clearing, RedisObject, RedisVersionedObject};
use super::info::ObjectInfo;
use super::object::{Object, Target};
use super::operation::{Access, Operation};
use super::shared::shared_methods;
use super::step::{RedisQueueObject, TransactionPut};
use super::value::Encoded;
use super::versions::version_methods;
use super::window::{ObjectWindow, Window};
use crate::bounds::Value;
use crate::codec::{Codec, OlderTypes, ShapedCodec, Typestring, append_value};
use crate::error::Result;
use crate::lend::Lend;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;
use crate::store::{LIST, Packed};

/// A typed first-in, first-out queue over one Redis list.
///
/// A queue is a name, as a [`RedisCache`](crate::RedisCache) is; clones, and other queues of the same name, see the
/// same items, and each item goes to one of those who get. Within a session, those who wait are served in order.
///
/// An item leaves the list when it is taken. A dropped `get` loses nothing: what was on its way goes back to the end it
/// came from. What a crash of the process, or a connection that breaks while items are taken, can lose is at most the
/// items in flight: taken from the list and not yet handed over. On a cluster and under Sentinels, a wait outlives a
/// failover of up to a minute. A [`RedisTaskQueue`](crate::RedisTaskQueue) loses not even those.
///
/// Whether an item could be put back is not asked before it is taken: `RPOP` by itself takes the server a tenth of the time of
/// a script that asks. Where it may not go back, for want of the right to `RPUSH` or of memory, it stays in this process, for the
/// next who gets or until it may, and [`close`](RedisSession::close) tells of it.
///
/// An item that cannot be read is one [`Decode`](crate::ErrorKind::Decode) error to the one who would have got it, and becomes
/// a [dead letter](crate::DeadLetter), so that the queue goes on and nothing is lost: see [`dead`](Self::dead).
///
/// Beside the errors that each method names, all of them can fail as those of a [`RedisCache`](crate::RedisCache).
///
/// # Redis
///
/// Items are in the form that the codec gives them.
///
/// | key | type | holds | gone when |
/// |---|---|---|---|
/// | `{key}` | list | what waits: `LPUSH` in, `RPOP` out | empty |
/// | `{key}$dead` | list | dead letters, in the form that they had in the queue, newest on the left | empty |
/// | `{key}$returned:{number}` | string | that items were put back by this call, so that they go back once though an answer is lost | an hour later |
///
/// Waiting needs one more connection for each queue that a session waits on, however many wait there, and sends nothing but a
/// blocking command every 5 s; that connection is closed about 10 s after the last wait. A background task serves each
/// queue that is got from; it ends with the session. On a cluster, what is beside the key takes it as a hash tag, `{` and `}`
/// included, unless it has one; a name with another `}` is [`Unsupported`](crate::ErrorKind::Unsupported).
///
/// The first write of a struct, enum or list in a session keeps its shape first, in one or two more round trips, and the first
/// read of a shape that the session has not met looks it up, in one more: see
/// [`when_types_change`](crate::when_types_change). What the namespace holds is put on record behind the first write.
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
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_queue::<T, C>(ObjectKind::Queue);

    shared_methods!(
        LIST,
        "RedisQueue",
        "<String>",
        "put(\"ada\")",
        "all items; those that could not be read lie beside the key, in `{key}$dead`, and stay",
        |at| async move { at.store()?.keys().clear(&at.key, LIST).await },
        "all items; those that could not be read lie beside the key, in `{key}$dead`, and stay: see \
         [`clear_dead`](Self::clear_dead)"
    );
    version_methods!(T, "RedisQueue", "", "");

    /// Puts one item in.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: `LPUSH`.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be in
    /// twice.
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
    /// jobs.put(&2).await?;
    /// assert_eq!(jobs.len().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put(&self, item: impl Lend<T>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put", [item])
    }

    /// Puts all items in, in their order; nothing happens when there are none.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: one `LPUSH` of all. None when there are no items. The server does nothing else
    /// meanwhile; give it millions in batches.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for one of them; then none is in. Repeated after a lost
    /// answer, all may be in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, all or none are in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_many([1, 2, 3]).await?;
    /// assert_eq!(jobs.get().await?, 1);
    /// assert_eq!(jobs.get().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_many<A: Lend<T>>(&self, items: impl IntoIterator<Item = A>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put_many", items)
    }

    /// How many items there are; 0 where nothing is stored.
    ///
    /// Those that could not be read do not count: see [`dead_len`](Self::dead_len).
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `LLEN`.
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
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// assert_eq!(jobs.len().await?, 0);
    /// jobs.put_many([7, 7, 7]).await?;
    /// assert_eq!(jobs.len().await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> Operation<u64> {
        Operation::reading(&self.object, "len", |at| async move { at.store()?.lists().len(&at.key).await })
    }

    /// Whether there are no items.
    ///
    /// # Redis
    ///
    /// One round trip, constant time: `LLEN`.
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
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisQueue, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    /// assert!(jobs.is_empty().await?);
    /// jobs.put(1).await?;
    /// assert!(!jobs.is_empty().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> Operation<bool> {
        Operation::reading(
            &self.object,
            "is_empty",
            |at| async move { Ok(at.store()?.lists().len(&at.key).await? == 0) },
        )
    }

    /// Makes one call.
    fn call<R, F>(
        &self,
        access: Access,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Operation<R>
    where
        R: 'static,
        F: Future<Output = Result<R>> + Send,
    {
        Operation::to(access, &self.object, operation, body)
    }
}

/// Puts items into a list.
pub(super) fn push<C: Codec, T: Value, A: Lend<T>>(
    object: &Object,
    operation: &'static str,
    items: impl IntoIterator<Item = A>,
) -> Operation<()> {
    let items = pack::<C, T, _>(items, object.meaning.version);
    Operation::new(object, operation, |mut at| async move {
        let items = items?.ready(&mut at).await?;
        let store = at.store()?;
        if items.is_empty() { Ok(()) } else { store.lists().push(&at.key, &items).await }
    })
}

fn pack<C: Codec, T: Value, A: Lend<T>>(items: impl IntoIterator<Item = A>, version: u32) -> Result<Encoded<Packed>> {
    let (mut bytes, mut schema) = (Packed::default(), None);
    for item in items {
        schema = schema.or(bytes.push_with(|out| append_value::<C, T>(&item, version, out))?);
    }
    Ok(Encoded { bytes, schema })
}

impl<T: Value, C: Codec> RedisObject for RedisQueue<T, C> {
    type Needs = ();
    type InRecord = Self;

    fn declare(declaration: Declaration) -> Self {
        Self::over(Object::declared(&declaration, Self::TYPES))
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }

    fn clear_all(&self) -> Clearing {
        let (items, dead) = (self.clear(), self.clear_dead());
        Box::pin(async { items.await.and(dead.await.map(drop)) })
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<T: Value, C: ShapedCodec> RedisVersionedObject for RedisQueue<T, C> {
    type Value = T;

    fn version(self, version: u32) -> Self {
        Self::version(self, version)
    }

    fn from_older_versions<O: OlderTypes<T> + 'static>(self, versions: &'static [u32]) -> Self {
        Self::from_older_versions::<O>(self, versions)
    }
}

impl<T: Value, C: Codec> RedisQueueObject for RedisQueue<T, C> {
    type Item = T;

    fn put_in_transaction(&self, item: &impl Lend<T>) -> TransactionPut {
        TransactionPut::of::<C, T>(&self.object, item)
    }
}

impl<T, C> Clone for RedisQueue<T, C> {
    fn clone(&self) -> Self {
        Self::over(self.object.clone())
    }
}

impl<T, C> fmt::Debug for RedisQueue<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisQueue");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
