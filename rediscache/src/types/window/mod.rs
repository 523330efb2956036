//! A window into one object: what a page inside the program shows of it and does with it, in JSON by the object's own types.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::info::ObjectInfo;
use super::operation::Operation;
use crate::near::NearStats;

/// One object, seen from a page. Each kind of object has one; what it does not have, it answers with nothing.
///
/// Changes go the way of the program's own calls: near caches, shapes and waiting workers are told as ever.
pub trait Window: fmt::Debug + Send + Sync {
    /// What the program declares of it.
    fn info(&self) -> &ObjectInfo;

    /// Which parts it has, in the order in which they are shown; the first is what it is for.
    fn parts(&self) -> &'static [Part];

    /// What can be done with what stands in a part.
    fn actions(&self, part: Part) -> &'static [Action];

    /// How much there is, in one or two round trips.
    fn summary(&self) -> Operation<Summary>;

    /// The page of a part behind this cursor, of some hundred entries.
    fn page(&self, part: Part, cursor: Option<Vec<u8>>) -> Operation<EntryPage>;

    /// What stands at a key, given in JSON; of a set or a ranking, the member.
    fn find(&self, key: &str) -> Operation<Option<Entry>>;

    /// Stores a value at a key, both in JSON and checked by their types; of a set the key is all, of a ranking the value is the
    /// score, of a value by itself the key is ignored, and to a queue the value is put.
    fn set(&self, key: &str, value: &str) -> Operation<()>;

    /// Does something with one entry, by what tells it from others; whether it was there.
    fn act(&self, action: Action, part: Part, id: &[u8]) -> Operation<bool>;

    /// Does it with all that stand in the part; with how many, where that is known.
    fn act_on_all(&self, action: Action, part: Part) -> Operation<Option<u64>>;
}

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
    /// [`Window::set`] at its key.
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

/// One entry, or task, letter or worker.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What tells it from others of its part, as bytes that mean nothing outside.
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
    /// Since when somebody has it, or a worker was last heard of.
    Since(SystemTime),
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

/// Who is shown every object of a struct.
pub trait Inspector {
    /// Takes the next one.
    fn window(&mut self, window: Box<dyn Window>);
}
