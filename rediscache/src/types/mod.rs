//! The typed objects. Each is a name and a codec over the operations of the store that the session has.

mod cache;
mod declare;
mod near;
mod object;
mod queue;
mod shared;
mod stored;
mod task_queue;

pub use cache::{RedisCache, Scan};
pub use declare::{
    Declaration, ObjectInfo, ObjectKind, RedisNamespaced, RedisNearObject, RedisObject, RedisTaskObject,
};
pub(crate) use near::Look;
pub use queue::{QueueStream, RedisQueue};
pub use task_queue::{RedisTask, RedisTaskQueue, TaskError};
