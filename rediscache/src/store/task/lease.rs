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
}

/// How many characters of a client's name are its instance.
const INSTANCE: usize = 16;

impl Client {
    pub(crate) fn new(pending_suffix: &str, silence: Duration, most_attempts: Option<u32>) -> Self {
        // The standard library's source of randomness, which hash maps are seeded from.
        let instance = RandomState::new().build_hasher().finish();
        Self { name: format!("{instance:016x}{pending_suffix}"), silence, most_attempts }
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
    /// It is gone.
    Finalized,
    /// It goes to the back of the queue, or to the dead letters when it failed too often.
    Rescheduled,
    /// Nobody got it: it goes back to the front, as if it had not been taken. Given in reverse order.
    Untouched,
    /// It goes to the dead letters.
    Unreadable,
}

/// When a task is due.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    In(Duration),
    At(SystemTime),
}
