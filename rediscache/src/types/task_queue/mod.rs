//! The queue of tasks, which stay on record until they are done.

mod ahead;
mod configure;
mod dead;
mod options;
mod pending;
mod put;
mod settle;
mod stats;
mod take;
mod task;
mod task_error;
mod window;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

pub use stats::TaskQueueStats;
pub use task::RedisTask;
pub use task_error::TaskError;

use options::{BACKOFF, RECOVER_AFTER, TaskOptions, UNREADABLE_FOR};

use super::declaration::Declaration;
use super::declare::{Clearing, RedisObject, RedisTaskObject, RedisVersionedObject};
use super::info::ObjectInfo;
use super::object::{Object, Target};
use super::operation::{Access, Operation};
use super::shared::shared_methods;
use super::versions::version_methods;
use super::window::{ObjectWindow, Window};
use crate::bounds::Value;
use crate::codec::{Codec, OlderTypes, ShapedCodec, Typestring};
use crate::error::Result;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;
use crate::store::{Client, LIST};

/// A queue whose items stay on record until whoever took them says that they are done.
///
/// What a [`RedisQueue`](crate::RedisQueue) is, and: getting gives a [`RedisTask`], whose item moves to a list of
/// pending ones in the step in which it leaves the queue. It stays there until the task is finalized or rescheduled.
/// While a session holds tasks it keeps up a heartbeat; when a process crashes or hangs for longer than
/// [`recover_after`](Self::recover_after), what it held returns to the front of the queue, oldest first, by the action
/// of any other client that gets from it. A crash loses nothing, and a task can come twice: its work must bear that.
///
/// A task that is dropped unfinished is a failed attempt, and comes again after its [`backoff`](Self::backoff); so does one
/// that is [put back for later](RedisTask::retry_after). What is held when the session closes goes back at once, and that
/// delivery does not count. An item that this program cannot read goes back for others, and is a dead letter only
/// after [`unreadable_for`](Self::unreadable_for). An item that is pending without a lease, such as one that a client in Python
/// works on, is left alone, unless [`recover_unleased`](Self::recover_unleased) says otherwise.
///
/// Two equal items are two tasks. Two processes of the same `client_identifier` share one list of pending items and
/// never each other's tasks.
///
/// # Redis
///
/// Items are in the form that the codec gives them, and the first two lists are as async-rediscache has them, so that
/// its clients and ours can share a queue.
///
/// The first write of a struct, enum or list in a session keeps its shape first, in one or two more round trips, and the first
/// read of a shape that the session has not met looks it up, in one more: see
/// [`when_types_change`](crate::when_types_change). What the namespace holds is put on record behind the first write.
///
/// | key | type | holds | gone when |
/// |---|---|---|---|
/// | `{key}` | list | what waits: `LPUSH` in, right end out | empty |
/// | `{key}$pending`, `{key}${client}_pending` | list | what was taken, newest on the left | empty |
/// | `{key}$leases:{instance}` | hash | number of a task → `{attempt}.{ms when it was taken}:{item}` | the process holds nothing |
/// | `{key}$clients` | sorted set | instance and pending list of each process that holds tasks, by the ms when it is taken for dead | nobody holds anything |
/// | `{key}$attempts` | hash | SHA-1 of an item in the queue → `{count}x{items},`…: how often it was delivered before, of equal ones in order; `unread:` and that → `{failures}.{ms of the first}.{items}` of one that some program could not read | 7 days after the last failure, or cleared with the queue |
/// | `{key}$delayed` | sorted set | `{unique}:{item}`, `{unique}.{attempt}:{item}` or `{unique}.{attempt}.{failures}.{ms of the first}:{item}`, by the ms when it is due | nothing is delayed |
/// | `{key}$unleased$pending`, `{key}$unleased${client}_pending` | hash | where `recover_unleased` is set, SHA-1 of an item → `{ms}x{items},`…: since when it is pending without a lease | twice that time, 7 days at least, after the last look |
/// | `{key}$dead` | list | dead letters, in the form that they had in the queue, newest on the left | empty |
///
/// On a cluster all of them lie in one slot: where the key has no hash tag, every name but the first begins with the
/// key in braces that are a part of it, as in `{bot.jobs}$clients` beside `bot.jobs`; a key with another `}` is
/// [`Unsupported`](crate::ErrorKind::Unsupported). While that slot moves to another node, calls wait, for 2 s at the
/// most.
///
/// All changes are one Lua script each. Times are the server's. A heartbeat goes out three times in `recover_after`,
/// and only while tasks are held or waited for; as long keeps the connection for waiting, once there was a wait.
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
    options: TaskOptions,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> RedisTaskQueue<T, C> {
    const fn over(object: Object) -> Self {
        Self { object, options: TaskOptions::DEFAULT, types: PhantomData }
    }
}

impl<T: Value, C: Codec> RedisTaskQueue<T, C> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_queue::<T, C>(ObjectKind::TaskQueue);

    shared_methods!(
        LIST,
        "RedisTaskQueue",
        "<String>",
        "put(\"ada\")",
        "the tasks that wait; what lies beside the key stays: tasks that are held or not due yet, dead letters, and how \
         often a task was delivered, which counts for an equal one that is put in later",
        |at| async move { at.store()?.tasks().clear(&at.key, &TaskOptions::DEFAULT.client()).await },
        "the tasks that wait, and how often they were delivered; what else lies beside the key stays: tasks that are held or \
         not due yet, and dead letters, which [`clear_dead`](Self::clear_dead) removes"
    );
    version_methods!(T, "RedisTaskQueue", "", "");

    /// Makes one call in the name of this client.
    fn run<R, F>(
        &self,
        access: Access,
        operation: &'static str,
        body: impl FnOnce(Target, Client) -> F + Send + 'static,
    ) -> Operation<R>
    where
        R: 'static,
        F: Future<Output = Result<R>> + Send,
    {
        let options = self.options.clone();
        self.call(access, operation, move |at| body(at, options.client()))
    }

    /// Makes one call, if the options are acceptable.
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
        let acceptable = self.options.check();
        Operation::to(access, &self.object, operation, |at| async move {
            acceptable?;
            body(at).await
        })
    }
}

impl<T: Value, C: Codec> RedisObject for RedisTaskQueue<T, C> {
    type Needs = ();
    type InRecord = Self;

    fn declare(declaration: Declaration) -> Self {
        let mut queue = Self::over(Object::declared(&declaration, Self::TYPES));
        queue.options = TaskOptions {
            client_identifier: declaration.client_identifier.map(Cow::Borrowed),
            recover_after: declaration.recover_after.unwrap_or(RECOVER_AFTER),
            max_attempts: declaration.max_attempts,
            backoff: declaration.backoff.unwrap_or(BACKOFF),
            unreadable_for: declaration.unreadable_for.unwrap_or(UNREADABLE_FOR),
            recover_unleased: declaration.recover_unleased,
        };
        queue
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }

    fn clear_all(&self) -> Clearing {
        Box::pin(self.run(Access::Change, "clear_all", |at, client| async move {
            at.store()?.tasks().clear_all(&at.key, &client).await
        }))
    }

    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window> {
        ObjectWindow::boxed(info, self.on(session))
    }
}

impl<T: Value, C: Codec> RedisTaskObject for RedisTaskQueue<T, C> {}

impl<T: Value, C: ShapedCodec> RedisVersionedObject for RedisTaskQueue<T, C> {
    type Value = T;

    fn version(self, version: u32) -> Self {
        Self::version(self, version)
    }

    fn from_older_versions<O: OlderTypes<T> + 'static>(self, versions: &'static [u32]) -> Self {
        Self::from_older_versions::<O>(self, versions)
    }
}

impl<T, C> Clone for RedisTaskQueue<T, C> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), options: self.options.clone(), types: PhantomData }
    }
}

impl<T, C> fmt::Debug for RedisTaskQueue<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisTaskQueue");
        self.object.show(&mut shown);
        shown.field("options", &self.options).finish_non_exhaustive()
    }
}
