//! The queue of tasks, which stay on record until they are done.

mod dead;
mod pending;
mod take;
mod task;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use task::{RedisTask, TaskError};

use super::declare::{Declaration, ObjectInfo, ObjectKind, RedisObject, RedisTaskObject};
use super::object::{Object, Target};
use super::operation::Operation;
use super::queue::push;
use super::shared::shared_methods;
use crate::bounds::Value;
use crate::codec::{Codec, Typestring, encode};
use crate::error::Result;
use crate::lend::Lend;
use crate::refusal::config;
use crate::session::RedisSession;
use crate::store::{Client, Due, LIST};

/// How long a client may be silent by default.
const RECOVER_AFTER: Duration = Duration::from_secs(30);

/// Below this, heartbeats could not keep up.
const SHORTEST_SILENCE: Duration = Duration::from_millis(100);

/// A queue whose items stay on record until whoever took them says that they are done.
///
/// What a [`RedisQueue`](crate::RedisQueue) is, and: getting gives a [`RedisTask`], whose item moves to a list of pending
/// ones in the step in which it leaves the queue. It stays there until the task is finalized or rescheduled. While a
/// session holds tasks it keeps up a heartbeat; when a process crashes or hangs for longer than
/// [`recover_after`](Self::recover_after), what it held returns to the front of the queue, oldest first, by the action of
/// any other client that gets from it. A crash loses nothing, and a task can come twice: its work must bear that.
///
/// Two equal items are two tasks. Two processes of the same `client_identifier` share one list of pending items and never
/// each other's tasks.
///
/// # Redis
///
/// Items are in the form that the codec gives them, and the first two lists are as async-rediscache has them, so that
/// its clients and ours can share a queue.
///
/// | key | type | holds | gone when |
/// |---|---|---|---|
/// | `{key}` | list | what waits: `LPUSH` in, right end out | empty |
/// | `{key}$pending`, `{key}${client}_pending` | list | what was taken, newest on the left | empty |
/// | `{key}$leases:{instance}` | hash | number of a task → `{attempt}:{item}` | the process holds nothing |
/// | `{key}$clients` | sorted set | instance and pending list of each process that holds tasks, by the ms when it is taken for dead | nobody holds anything |
/// | `{key}$attempts` | hash | SHA-1 of an item in the queue → `{count}x{items},`…: how often it was delivered before, of equal ones in order | 7 days after the last failure |
/// | `{key}$delayed` | sorted set | unique number and item, by the ms when it is due | nothing is delayed |
/// | `{key}$dead` | list | dead letters, newest on the left | empty |
///
/// On a cluster all of them lie in one slot: where the key has no hash tag, every name but the first begins with the key in
/// braces that are a part of it, as in `{bot.jobs}$clients` beside `bot.jobs`; a key with another `}` is
/// [`Unsupported`](crate::ErrorKind::Unsupported). While that slot moves to another node, calls wait, for 2 s at the most.
///
/// All changes are one Lua script each. Times are the server's. A heartbeat goes out three times in `recover_after`, and
/// only while tasks are held or waited for; as long keeps the connection for waiting, once there was a wait.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisNamespaced, RedisSession, RedisTaskQueue};
///
/// #[derive(RedisNamespaced)]
/// struct Channel {
///     #[rediscache(recover_after = "10s", max_attempts = 3)]
///     reminders: RedisTaskQueue<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// RedisSession::in_memory().install();
/// Channel::reminders().put("water the plants").await?;
///
/// let task = Channel::reminders().get().await?;
/// assert_eq!(*task, "water the plants");
/// assert_eq!(task.attempt(), 1);
/// task.finalize().await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisTaskQueue<T, C = Typestring> {
    object: Object,
    options: Options,
    types: PhantomData<fn() -> (T, C)>,
}

#[derive(Clone, Debug)]
struct Options {
    client_identifier: Option<Cow<'static, str>>,
    recover_after: Duration,
    max_attempts: Option<u32>,
}

impl<T, C> RedisTaskQueue<T, C> {
    const fn over(object: Object) -> Self {
        let options = Options { client_identifier: None, recover_after: RECOVER_AFTER, max_attempts: None };
        Self { object, options, types: PhantomData }
    }
}

impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    shared_methods!(LIST);

    /// Names the list of pending items `{key}${identifier}_pending`, as async-rediscache does.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisTaskQueue;
    ///
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").client_identifier("client-1");
    /// # let _ = jobs;
    /// ```
    #[must_use = "this makes a changed object"]
    pub fn client_identifier(mut self, identifier: impl Into<Cow<'static, str>>) -> Self {
        self.options.client_identifier = Some(identifier.into());
        self
    }

    /// Sets how long a client may be silent before it is taken for dead; 30 s by default.
    ///
    /// Shorter recovers sooner, and takes tasks from processes that only hung. Less than 100 ms is
    /// [`Config`](crate::ErrorKind::Config) at use.
    #[must_use = "this makes a changed object"]
    pub const fn recover_after(mut self, silence: Duration) -> Self {
        self.options.recover_after = silence;
        self
    }

    /// Makes a task a dead letter when it was delivered this often and never finalized; by default it comes for ever.
    ///
    /// Zero is [`Config`](crate::ErrorKind::Config) at use.
    #[must_use = "this makes a changed object"]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.options.max_attempts = Some(attempts);
        self
    }

    /// Puts one task in. As [`RedisQueue::put`](crate::RedisQueue::put).
    pub fn put(&self, item: impl Lend<T>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put", [item])
    }

    /// Puts all tasks in, in their order. As [`RedisQueue::put_many`](crate::RedisQueue::put_many).
    pub fn put_many<A: Lend<T>>(&self, items: impl IntoIterator<Item = A>) -> Operation<()> {
        push::<C, T, _>(&self.object, "put_many", items)
    }

    /// Puts a task in that can be taken after this time, within 50 ms.
    ///
    /// It is kept in Redis meanwhile, and comes when it is due whoever put it: no process needs to run for it, and the
    /// next one that gets receives it. Zero is at once.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `ZADD`, and `PUBLISH` on `{key}$delayed` to tell those who wait.
    ///
    /// # Errors
    ///
    /// [`Encode`](crate::ErrorKind::Encode) when the codec has no form for it. Repeated after a lost answer, it may be in twice.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the task may or may not be in.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisSession, RedisTaskQueue};
    /// # use std::time::Duration;
    /// let session = RedisSession::in_memory();
    /// let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    /// jobs.put_after(1, Duration::from_millis(20)).await?;
    /// assert_eq!(jobs.delayed_len().await?, 1);
    /// assert!(jobs.try_get().await?.is_none());
    /// assert_eq!(*jobs.get().await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_after(&self, item: impl Lend<T>, after: Duration) -> Operation<()> {
        self.put_later("put_after", &item, Due::In(after))
    }

    /// Puts a task in that can be taken from then on, by the server's clock. As [`put_after`](Self::put_after).
    pub fn put_at(&self, item: impl Lend<T>, at: SystemTime) -> Operation<()> {
        self.put_later("put_at", &item, Due::At(at))
    }

    fn put_later(&self, operation: &'static str, item: &impl Lend<T>, due: Due) -> Operation<()> {
        let item = encode::<C, T>(item);
        self.run(operation, move |at, client| async move {
            at.store()?.tasks().put_later(&at.key, &client, &item?, due).await
        })
    }

    /// How many tasks can be taken now. One round trip.
    pub fn len(&self) -> Operation<u64> {
        self.run("len", |at, client| async move { at.store()?.tasks().len(&at.key, &client).await })
    }

    /// Whether no task can be taken now. As [`len`](Self::len).
    pub fn is_empty(&self) -> Operation<bool> {
        self.run("is_empty", |at, client| async move { Ok(at.store()?.tasks().len(&at.key, &client).await? == 0) })
    }

    /// How many tasks are not due yet. One round trip.
    pub fn delayed_len(&self) -> Operation<u64> {
        self.run("delayed_len", |at, client| async move { at.store()?.tasks().delayed_len(&at.key, &client).await })
    }

    /// Makes one call in the name of this client.
    fn run<R, F>(
        &self,
        operation: &'static str,
        body: impl FnOnce(Target, Client) -> F + Send + 'static,
    ) -> Operation<R>
    where
        R: 'static,
        F: Future<Output = Result<R>> + Send,
    {
        let options = self.options.clone();
        Operation::new(&self.object, operation, |at| async move {
            options.check()?;
            body(at, options.client()).await
        })
    }
}

impl Options {
    fn check(&self) -> Result<()> {
        if self.recover_after < SHORTEST_SILENCE {
            return Err(config("a `recover_after` below 100 ms takes tasks from clients that live; make it longer"));
        }
        if self.max_attempts == Some(0) {
            return Err(config("`max_attempts` of zero delivers no task; make it 1 or more, or leave it out"));
        }
        Ok(())
    }

    /// What the name of the list of pending items ends with.
    fn pending_suffix(&self) -> String {
        match &self.client_identifier {
            None => "$pending".to_owned(),
            Some(identifier) => format!("${identifier}_pending"),
        }
    }

    /// A new instance of this client.
    fn client(&self) -> Client {
        Client::new(&self.pending_suffix(), self.recover_after, self.max_attempts)
    }
}

impl<T: Value, C: Codec> RedisObject for RedisTaskQueue<T, C> {
    fn declare(declaration: Declaration) -> Self {
        let mut queue = Self::over(Object::declared(&declaration));
        queue.options = Options {
            client_identifier: declaration.client_identifier.map(Cow::Borrowed),
            recover_after: declaration.recover_after.unwrap_or(RECOVER_AFTER),
            max_attempts: declaration.max_attempts,
        };
        queue
    }

    fn describe(field: &'static str, declaration: Declaration) -> ObjectInfo {
        ObjectInfo::new(field, &declaration, ObjectKind::TaskQueue, None, std::any::type_name::<T>())
    }
}

impl<T: Value, C: Codec> RedisTaskObject for RedisTaskQueue<T, C> {}

impl<T, C> Clone for RedisTaskQueue<T, C> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), options: self.options.clone(), types: PhantomData }
    }
}

impl<T, C> fmt::Debug for RedisTaskQueue<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTaskQueue")
            .field("namespace", &self.object.namespace())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
