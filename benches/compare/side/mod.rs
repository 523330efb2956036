mod fred;
mod ours;
mod redis;
mod rustis;

use std::future::Future;
use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use ::redis::Script;

pub(crate) use self::fred::Fred;
pub(crate) use self::ours::Ours;
pub(crate) use self::redis::Redis;
pub(crate) use self::rustis::Rustis;

/// How long a call may take, the same on every side.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The hash that every side reads and writes, with the same bytes.
pub(crate) const HASH: &str = "bench.names";
pub(crate) const VALUE: &str = "a topic of usual length";

/// The cache whose entries are keys of their own, and how long those are kept.
pub(crate) const ENTRIES: &str = "bench.entries";
const KEPT: Duration = Duration::from_secs(3600);
const KEPT_MILLISECONDS: u64 = 3_600_000;

/// The set that every side asks, and to which every side adds what is there already, or is not.
pub(crate) const MEMBERS: &str = "bench.members";

/// The rate of a limit: so many turns a second, all of which may be taken at once.
const TURNS: u32 = 1_000_000;

/// What the library sends for a check, and how long turns go on at the most, in microseconds, of which a turn takes one.
static CHECK: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("../../../rediscache/src/store/limit/check.lua")));
const CHECK_ARGUMENTS: [u32; 4] = [1, 1, 1, TURNS];

/// What drivers work on by hand.
const COUNTS: &str = "hand.counts";
const SCORES: &str = "hand.scores";
const QUEUE: &str = "hand.queue";
const TASKS: &str = "hand.tasks";
const PENDING: &str = "hand.tasks$pending";

/// One way to do the work, over one connection. Each caller has a clone.
pub(crate) trait Side: Clone + Send + Sync + 'static {
    fn connect(url: &str) -> impl Future<Output = Self> + Send;

    fn get(&mut self, key: u64) -> impl Future<Output = Option<String>> + Send;
    fn set(&mut self, key: u64, value: &str) -> impl Future<Output = ()> + Send;
    /// Of an entry that is a key of its own.
    fn get_entry(&mut self, key: u64) -> impl Future<Output = Option<String>> + Send;
    /// Of the same, as a value by itself.
    fn get_value(&mut self, key: u64) -> impl Future<Output = Option<String>> + Send {
        self.get_entry(key)
    }
    /// To be kept for [`KEPT`].
    fn set_entry(&mut self, key: u64, value: &str) -> impl Future<Output = ()> + Send;
    fn increment(&mut self, key: u64) -> impl Future<Output = i64> + Send;
    /// Of a number in plain digits, as drivers count anyway.
    fn increment_json(&mut self, key: u64) -> impl Future<Output = i64> + Send {
        self.increment(key)
    }
    /// Whether the set has it, of which it has all that are even.
    fn is_member(&mut self, member: u64) -> impl Future<Output = bool> + Send;
    fn add_member(&mut self, member: u64) -> impl Future<Output = bool> + Send;
    /// Adds one to its score.
    fn score(&mut self, member: u64) -> impl Future<Output = f64> + Send;
    /// Whether a subject may go on, which it always may.
    fn may_go_on(&mut self, subject: u64) -> impl Future<Output = bool> + Send;
    fn get_many(&mut self, keys: Range<u64>) -> impl Future<Output = Vec<Option<String>>> + Send;
    fn update(&mut self, keys: Range<u64>, value: &str) -> impl Future<Output = ()> + Send;
    fn items(&mut self) -> impl Future<Output = Vec<(u64, String)>> + Send;

    fn put(&mut self, item: u64) -> impl Future<Output = ()> + Send;
    fn put_many(&mut self, items: Range<u64>) -> impl Future<Output = ()> + Send;
    /// Takes an item that is there.
    fn take(&mut self) -> impl Future<Output = u64> + Send;
    fn put_tasks(&mut self, tasks: Range<u64>) -> impl Future<Output = ()> + Send;
    /// Takes a task that is there, and finishes it.
    fn work(&mut self) -> impl Future<Output = u64> + Send;
    fn clear_queues(&mut self) -> impl Future<Output = ()> + Send;
}

/// How text is stored.
fn written(text: &str) -> String {
    format!("s|{text}")
}

/// How whole numbers are stored.
fn numbered(number: u64) -> String {
    format!("i|{number}")
}

/// Whether another turn is due, after what the script said.
fn is_due(ahead: &[u32]) -> bool {
    matches!(ahead, [ahead] if *ahead < TURNS)
}

/// The key of a limit.
fn subject(key: u64) -> String {
    format!("hand.limits:i|{key}")
}

/// The key of an entry.
fn entry(key: u64) -> String {
    format!("{ENTRIES}:i|{key}")
}

fn text(mut stored: String) -> String {
    assert!(stored.starts_with("s|"), "text is stored as text");
    stored.drain(..2);
    stored
}

fn number(stored: &str) -> u64 {
    stored.strip_prefix("i|").and_then(|digits| digits.parse().ok()).expect("a number is stored as a number")
}
