//! What a window shows.

use std::time::{Duration, SystemTime};

use crate::near::NearStats;

/// A part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What it holds; of a queue, what waits.
    Entries,
    /// Tasks that are put for later.
    Delayed,
    /// Tasks that a worker has.
    Pending,
    /// What could not be read, or failed too often.
    Dead,
    /// Who takes tasks.
    Workers,
}

/// What can be done with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// [`Window::set`](super::Window::set) at its key.
    Edit,
    /// Takes it away.
    Delete,
    /// Puts it into the queue again.
    Requeue,
}

/// How much an object holds.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many stand in each part that can be counted without walking through it.
    pub counts: Vec<(Part, u64)>,
    /// Bytes, as the server says or guesses from samples.
    pub memory: Option<u64>,
    /// When all of it expires.
    pub expires_at: Option<SystemTime>,
    /// What this process keeps of it.
    pub near: Option<NearStats>,
    /// What this process loaded of it.
    pub loads: Option<LoadSummary>,
}

/// What a cache did in this process for those who load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadSummary {
    /// Answered by what was there.
    pub hits: u64,
    /// Not there.
    pub misses: u64,
    /// Loaded here.
    pub loads: u64,
    /// Answered by a load of others.
    pub shared: u64,
    /// Answered by what was stale.
    pub stale: u64,
    /// Loads that failed.
    pub failures: u64,
}

/// Some entries, and where the next ones begin.
#[derive(Clone, Debug, Default)]
pub struct EntryPage {
    /// Those of this page, which may be none though others follow.
    pub entries: Vec<Entry>,
    /// The cursor of the next page; `None` after the last.
    pub next: Option<Vec<u8>>,
}

/// Some ids of a family, and where the next ones begin.
#[derive(Clone, Debug, Default)]
pub struct IdPage {
    /// Those of this page, which may be none though others follow.
    pub ids: Vec<Shown>,
    /// The cursor of the next page; `None` after the last.
    pub next: Option<Vec<u8>>,
}

/// One entry, or task, letter or worker.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What tells it from others of its part, as bytes that mean nothing outside. Where the object is secret, and nothing tells it
    /// but what is secret, they are good in this process only, and it is looked for.
    pub id: Vec<u8>,
    /// Where it stands; a queue has none.
    pub key: Option<Shown>,
    /// What stands there; a set and a lock have none.
    pub value: Option<Shown>,
    /// When it expires by itself.
    pub expires_at: Option<SystemTime>,
    /// What else is known of it.
    pub facts: Vec<Fact>,
}

/// A key or value as it is shown.
///
/// The JSON is what `serde_json` writes of it. Where that has no form for it, a map whose keys are not text is a list of pairs, and
/// a float that is no number its name in a text; both are read so, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its JSON.
    Json(String),
    /// It cannot be read, and why; never what stands there.
    Unreadable(String),
    /// The object is `secret`.
    Secret,
}

/// What is known of an entry beside key and value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The worker that has it.
    Worker(String),
    /// Since when somebody has it.
    Since(SystemTime),
    /// When a worker was last heard of.
    Heard(SystemTime),
    /// Which attempt this is, or how many failed.
    Attempt(u32),
    /// When it is due.
    Due(SystemTime),
    /// The fence of a lock's holder.
    Fence(u64),
    /// Whether a lock is held.
    Held(bool),
    /// How many turns a subject of a limit has left.
    Remaining(u32),
    /// For how long a subject of a limit has to wait.
    RetryAfter(Duration),
    /// Whether an entry is stale.
    Stale,
    /// Whether a worker is alive.
    Alive(bool),
    /// How many tasks a worker has.
    Tasks(u64),
}
