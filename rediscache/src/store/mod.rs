//! The store behind a session: what each kind of data can do, in Redis and embedded. Stores know bytes and Redis keys, and
//! no codec.

mod background;
mod compared;
mod entry;
mod figures;
mod hash;
mod hearing;
mod in_flight;
mod increment;
mod key;
mod limit;
mod list;
mod lock;
mod memory;
mod milliseconds;
mod open;
mod operations;
mod packed;
mod ranking;
mod redis;
mod sample;
mod set;
mod string;
mod taker;
mod task;
mod token;
mod traces;
mod transaction;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

pub(crate) use compared::Compared;
pub(crate) use entry::{Begun, EntryStore, Found, LeaseStore, Life, RedisEntries, Wanted};
pub(crate) use hash::{HASH, HashStore, RedisHash};
pub(crate) use hearing::Hearing;
pub(crate) use increment::Increment;
pub(crate) use key::{Cursor, KeyStore};
pub(crate) use limit::{Checked, LimitStore, Rate};
pub(crate) use list::{LIST, ListStore, Waiter};
pub(crate) use lock::{Acquired, LockSeen, LockStore};
pub(crate) use open::{OpenStore, WeakStore};
pub(crate) use packed::Packed;
pub(crate) use ranking::{RankingStore, SORTED_SET, ScoreStep, Scored};
pub(crate) use sample::{DataKind, Sample};
pub(crate) use set::{SET, SetStore};
pub(crate) use string::{STRING, StringStore};
pub(crate) use taker::Taker;
pub(crate) use task::{
    Client, DelayedTask, Due, EndingLease, Lease, Outcome, PendingTask, Side, Taken, TaskStats, TaskStore, TaskTaker,
    Unread, Whereabouts, WorkCall, WorkDone, WorkerSeen,
};
pub(crate) use token::Token;
pub(crate) use traces::traced;
pub(crate) use transaction::{Attempted, EntryPlace, Expectation, TransactionStore, Write};

use self::background::Background;
use self::entry::{MemoryEntries, MemoryLeases, RedisLeases};
use self::hash::MemoryHash;
use self::in_flight::InFlight;
use self::key::{MemoryKey, RedisKey};
use self::limit::{MemoryLimits, RedisLimits};
use self::list::{MemoryList, RedisList};
use self::lock::{MemoryLocks, RedisLocks};
use self::memory::MemoryStore;
use self::operations::Slice;
use self::ranking::{MemoryScores, RedisScores};
use self::redis::{Router, Subscriber};
use self::set::{MemoryMembers, RedisMembers};
use self::string::{MemoryStrings, RedisStrings};
use self::task::{MemoryTasks, RedisTasks};
use self::transaction::{MemoryTransactions, RedisTransactions};
use crate::config::{Address, Config};
use crate::error::Result;
use crate::refusal::stuck;

/// How long a call of the embedded store may wait for a task in the background, which has all it needs.
const EMBEDDED: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) enum Store {
    Memory(MemoryStore),
    Redis(Box<RedisStore>),
}

/// One database of one server, or a cluster, over connections that all calls share.
#[derive(Debug)]
pub(crate) struct RedisStore {
    router: Arc<Router>,
    /// The same way over connections that tell of changes to what is read over them.
    tracking: Arc<Router>,
    in_flight: InFlight,
    keys: RedisKey,
    entries: RedisEntries,
    leases: RedisLeases,
    hashes: RedisHash,
    limits: RedisLimits,
    lists: RedisList,
    locks: RedisLocks,
    tasks: RedisTasks,
    sets: RedisMembers,
    strings: RedisStrings,
    rankings: RedisScores,
    transactions: RedisTransactions,
    /// Over connections that hear of the ends of leases.
    subscriber: Arc<Subscriber>,
}

impl RedisStore {
    fn over(router: Router, config: &Config) -> Self {
        let tracking = Arc::new(router.tracking(config));
        let router = Arc::new(router);
        let subscriber = Arc::new(Subscriber::beside(&router));
        Self {
            keys: RedisKey::new(&router),
            entries: RedisEntries::new(&router, &tracking),
            leases: RedisLeases::new(&router, &subscriber),
            hashes: RedisHash::new(&router, &tracking),
            limits: RedisLimits::new(&router),
            lists: RedisList::new(&router),
            locks: RedisLocks::new(&router, &subscriber),
            tasks: RedisTasks::new(&router),
            sets: RedisMembers::new(&router),
            strings: RedisStrings::new(&router),
            rankings: RedisScores::new(&router),
            transactions: RedisTransactions::new(&router),
            subscriber,
            router,
            tracking,
            in_flight: InFlight::default(),
        }
    }
}

/// Gives each kind of data its operations, in the half that the store has.
macro_rules! slices {
    ($($name:ident: $slice:ident($memory:ident);)*) => {$(
        pub(crate) fn $name(&self) -> $slice<'_> {
            match self {
                Self::Memory(store) => Slice::Memory($memory(store)),
                Self::Redis(store) => Slice::Redis(&store.$name, &store.in_flight),
            }
        }
    )*};
}

/// The kinds of data.
impl Store {
    slices! {
        keys: KeyStore(MemoryKey);
        entries: EntryStore(MemoryEntries);
        leases: LeaseStore(MemoryLeases);
        hashes: HashStore(MemoryHash);
        limits: LimitStore(MemoryLimits);
        lists: ListStore(MemoryList);
        locks: LockStore(MemoryLocks);
        tasks: TaskStore(MemoryTasks);
        sets: SetStore(MemoryMembers);
        strings: StringStore(MemoryStrings);
        rankings: RankingStore(MemoryScores);
        transactions: TransactionStore(MemoryTransactions);
    }

    /// The entries of a server that tells of changes; `None` where the store itself is in this process.
    pub(crate) fn tracked_entries(&self) -> Option<&RedisEntries> {
        let Self::Redis(store) = self else { return None };
        Some(&store.entries)
    }

    /// The hashes of a server that tells of changes; `None` where the store itself is in this process.
    pub(crate) fn tracked_hashes(&self) -> Option<&RedisHash> {
        let Self::Redis(store) = self else { return None };
        Some(&store.hashes)
    }
}

impl Store {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(MemoryStore::default())
    }

    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        match &config.address {
            Address::Memory => Ok(Self::in_memory()),
            Address::Redis(deployment) => {
                let router = Router::open(deployment, config).await?;
                Ok(Self::Redis(Box::new(RedisStore::over(router, config))))
            }
        }
    }

    /// The key of something that belongs to what is at `key`; on a cluster, both are in one slot.
    pub(crate) fn beside(&self, key: &str, suffix: &str) -> Result<String> {
        match self {
            Self::Memory(_) => Ok(format!("{key}{suffix}")),
            Self::Redis(store) => store.router.beside(key, suffix),
        }
    }

    /// Whether one call can concern the keys together: on a cluster, whether all lie in one slot.
    pub(crate) fn are_together(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        match self {
            Self::Memory(_) => true,
            Self::Redis(store) => store.router.are_together(keys),
        }
    }

    /// Has every write on what is at `key` publish which entries it changed.
    pub(crate) fn publish_changes(&self, key: &str) {
        match self {
            // It has one user, who knows.
            Self::Memory(_) => {}
            Self::Redis(store) => store.router.coherence(key).publish(),
        }
    }

    /// Makes ready to wait for the list at `key`, and for messages on the channel of that suffix; holds nothing open until
    /// someone waits.
    pub(crate) fn waiter(&self, key: &str, channel: Option<&str>) -> Waiter {
        match self {
            Self::Memory(store) => Waiter::in_memory(store),
            Self::Redis(store) => Waiter::on_redis(&store.lists, key, channel),
        }
    }

    /// Whether the store is known to be away, so that nothing is to be had of what is at `key` for now: whoever can do without it
    /// need not wait. Someone sees at background when it is back.
    pub(crate) fn is_away(&self, key: &str) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Redis(store) => {
                // What is kept in this process is read over connections of their own.
                store.router.is_away(key) || store.router.keeps_any() && store.tracking.is_away(key)
            }
        }
    }

    /// Has a server that says nothing be noticed before a call ends that has no more time than this.
    pub(crate) fn expect_within(&self, limit: Duration) {
        if let Self::Redis(store) = self {
            store.router.expect_within(limit);
        }
    }

    /// How many connections were made: when it is more than before, what was stored may be gone.
    pub(crate) fn connections_made(&self) -> u64 {
        match self {
            Self::Memory(_) => 0,
            Self::Redis(store) => store.router.connections_made(),
        }
    }

    /// Whether another server takes over when one is gone.
    pub(crate) fn fails_over(&self) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Redis(store) => store.router.fails_over(),
        }
    }

    /// Runs a background task where those of this store run.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.background().spawn(task);
    }

    /// Runs what nobody waits for: at once where the store is in this process, and otherwise in the background.
    pub(crate) fn run_aside(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task: BoxFuture<'static, ()> = Box::pin(task);
        match self {
            // It never waits, and there may be no runtime.
            Self::Memory(_) => drop(task.now_or_never()),
            Self::Redis(_) => self.spawn(task),
        }
    }

    /// Makes several calls that are one to whoever asked, in the time of one.
    pub(crate) async fn in_time<T>(&self, calls: impl Future<Output = Result<T>>) -> Result<T> {
        match self {
            Self::Memory(_) => calls.await,
            Self::Redis(store) => store.router.in_time(calls).await,
        }
    }

    /// Returns when the server has answered, on a cluster every master.
    pub(crate) async fn ping(&self) -> Result<()> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Redis(store) => {
                let _in_flight = store.in_flight.enter();
                store.router.ping().await
            }
        }
    }

    /// Waits for what a task in the background is to answer, for no longer than a call may take. Where nobody runs that, it is
    /// begun anew, in the runtime of the caller, before.
    pub(crate) async fn in_time_of_background<T>(&self, answer: impl Future<Output = Result<T>>) -> Result<T> {
        self.move_if_stuck().await;
        match self {
            Self::Memory(_) => tokio::time::timeout(EMBEDDED, answer).await.unwrap_or_else(|_| Err(stuck(EMBEDDED))),
            Self::Redis(store) => store.router.in_time(answer).await,
        }
    }

    /// Lets background tasks begin in the runtime of the caller where nobody runs that in which they would.
    pub(crate) async fn move_if_stuck(&self) {
        self.background().move_if_stuck().await;
    }

    /// How often background tasks were left to a runtime that nobody runs.
    pub(crate) fn moves(&self) -> u64 {
        self.background().moves()
    }

    /// Whether the caller runs in another runtime than the background tasks of this store.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.background().is_elsewhere()
    }

    fn background(&self) -> &Background {
        match self {
            Self::Memory(store) => store.background(),
            Self::Redis(store) => store.router.background(),
        }
    }

    /// Waits until no call is under way.
    async fn all_ended(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Redis(store) => store.in_flight.all_ended().await,
        }
    }

    /// Ends all that goes on in the background.
    fn end_tasks(&self) {
        self.background().end_tasks();
    }

    /// Lets go of connections and data. Later operations are refused before they get here.
    fn close(&self) {
        match self {
            Self::Memory(store) => store.close(),
            Self::Redis(store) => {
                store.router.close();
                store.tracking.close();
                store.subscriber.close();
            }
        }
    }
}
