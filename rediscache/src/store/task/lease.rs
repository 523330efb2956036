//! Who takes tasks, and what they hold.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime};

/// One taker of tasks: a name that may be shared, and an instance that is not.
#[derive(Debug)]
pub(crate) struct Client {
    /// Sixteen random digits, then what the name of the pending list ends with.
    pub(crate) name: String,
    /// How long it may be silent before it is taken for dead.
    pub(crate) silence: Duration,
    /// After how many deliveries a task is a dead letter.
    pub(crate) most_attempts: Option<u32>,
    /// After how long a task that failed comes again, the first time and at the most.
    pub(crate) backoff: (Duration, Duration),
    /// How long other programs may try to read what this one cannot.
    pub(crate) unreadable_for: Duration,
    /// After how long what is pending without a lease returns.
    pub(crate) recover_unleased: Option<Duration>,
}

/// How many characters of a client's name are its instance.
const INSTANCE: usize = 16;

impl Client {
    /// A name of its own for a new client.
    pub(crate) fn new_name(pending_suffix: &str) -> String {
        // The standard library's source of randomness, which hash maps are seeded from.
        let instance = RandomState::new().build_hasher().finish();
        format!("{instance:016x}{pending_suffix}")
    }

    /// How long a task waits that failed so often: twice as long each time, less up to a quarter by chance, so that tasks
    /// which failed together do not come again together.
    pub(crate) fn pause_after(&self, failures: u32) -> Duration {
        let (first, longest) = self.backoff;
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1)).and_then(|times| first.checked_mul(times));
        let whole = doubled.map_or(longest, |pause| pause.min(longest));
        let chance = RandomState::new().build_hasher().finish() % 1024;
        whole - whole / 4096 * u32::try_from(chance).unwrap_or_default()
    }

    pub(crate) fn instance(&self) -> &str {
        instance_of(&self.name)
    }

    /// What the name of the pending list ends with.
    pub(crate) fn pending_suffix(&self) -> &str {
        suffix_of(&self.name)
    }
}

pub(crate) fn instance_of(client: &str) -> &str {
    &client[..INSTANCE]
}

/// What the name of a client's pending list ends with.
pub(crate) fn suffix_of(client: &str) -> &str {
    &client[INSTANCE..]
}

/// One task that a client took.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) number: u64,
    /// Which delivery this is, from 1.
    pub(crate) attempt: u32,
    pub(crate) item: Vec<u8>,
    pub(crate) unread: Unread,
}

/// How often programs could not read a task, and since when: a time of the store's own, 0 where none failed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unread {
    pub(crate) failures: u32,
    pub(crate) since: u64,
}

/// Where a task is that nobody holds any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// It was not this client's any more.
    Elsewhere,
    /// It comes again.
    Delayed,
    /// Among the dead letters.
    Dead,
}

/// A lease that is to end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndingLease {
    pub(crate) number: u64,
    pub(crate) side: Side,
}

/// From where on a task is looked for among those that are pending. Equal ones are as good as each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Oldest,
    Newest,
}

#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) leases: Vec<Lease>,
    /// When something may come that nobody tells of: a task that is due, a client that died.
    pub(crate) next_change: Option<Duration>,
}

#[derive(Debug)]
pub(crate) struct Held {
    /// The numbers of the tasks that the client still has.
    pub(crate) numbers: Vec<u64>,
    pub(crate) next_change: Option<Duration>,
}

/// How many tasks of a queue are in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskStats {
    pub(crate) waiting: u64,
    pub(crate) delayed: u64,
    /// In the pending lists of this client, and of those that hold tasks.
    pub(crate) pending: u64,
    pub(crate) dead: u64,
    /// How many clients hold tasks and live.
    pub(crate) clients: u64,
}

/// What becomes of a task when its lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It goes to the back of the queue, or to the dead letters when it failed too often.
    Rescheduled,
    /// Nobody got it: it goes back to the front, as if it had not been taken. Given in reverse order.
    Untouched,
}

/// When a task is due.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    In(Duration),
    At(SystemTime),
}
