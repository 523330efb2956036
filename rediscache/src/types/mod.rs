//! The typed objects. Each is a name and a codec over the operations of the store that the session has.

mod bound;
mod cache;
mod dead;
mod declaration;
mod declare;
mod entry_name;
mod family;
mod info;
mod kept;
mod limit;
mod lock;
mod measured;
mod member;
mod named;
mod object;
mod operation;
mod pages;
mod queue;
mod ranking;
mod rate_limit;
mod reliance;
mod set;
mod shared;
mod single;
mod step;
mod task_queue;
mod transaction;
mod ttl_cache;
mod value;
mod verify;
mod versions;
mod window;

pub use bound::{Bound, RedisBound};
pub use cache::{RedisCache, Rewritten, Scan};
pub use dead::{DeadLetter, DeadLetters};
pub use declaration::Declaration;
pub use declare::{
    Clearing, OptionalLifetime, OptionalRate, RedisFieldsObject, RedisLeasedObject, RedisLimitObject, RedisLockObject,
    RedisNamespaced, RedisNearObject, RedisObject, RedisReadableObject, RedisTaskObject, RedisTtlObject,
    RedisVersionedObject,
};
pub(crate) use entry_name::{entry_name_below, stored_key};
pub use family::{BoundFamily, FamilyId, FamilyScan, ObjectsOf, RedisFamily};
pub use info::ObjectInfo;
pub use lock::{LockGuard, RedisLock};
pub use operation::Operation;
pub use queue::{QueueStats, QueueStream, RedisQueue};
pub use ranking::{RankingScan, RedisRanking};
pub use rate_limit::{LimitCheck, RedisLimit};
pub use set::{RedisSet, SetScan};
pub use single::{InRecord, OwnKey, OwnLifetime, RedisValue, ValueHome};
pub use step::{EntryRef, RedisQueueObject, TransactionPut};
pub use task_queue::{RedisTask, RedisTaskQueue, TaskError, TaskQueueStats};
pub use transaction::{Committed, Transaction};
pub use ttl_cache::{GetOrLoad, LoadError, Loaded, RedisTtlCache, TtlScan, TtlStats, WhenDown};
pub use verify::{Finding, FindingKind, RedisStructs};
pub use window::{
    Action, Entry, EntryPage, Fact, FamilyWindow, IdPage, Inspector, LoadSummary, Part, Shown, Summary, Window,
};
