use serde::{Deserialize, Serialize};

/// What a process tells the one that started it: a line of JSON each. A line is one write, which outlives the process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    /// It is connected, and its callers start.
    Ready,
    /// A call ended: how it failed, if it did, and by how many microseconds it outlived its time.
    Call { operation: String, failure: Option<String>, late: u64 },
    /// The only writer of a field starts to write it (`None`: to remove it) …
    Write { field: u64, value: Option<u64> },
    /// … and knows that it did.
    Wrote { field: u64 },
    /// An addition to a counter starts …
    Add { counter: u64, amount: i64 },
    /// … and took effect.
    Added { counter: u64, amount: i64 },
    /// An item is put into the plain queue …
    Post { item: u64 },
    /// … and is in.
    Posted { item: u64 },
    /// A caller asks the plain queue for an item. Until it is answered, one may be on its way.
    Ask { caller: u64 },
    /// The item came, or there was none.
    Answer { caller: u64, item: Option<u64> },
    /// The call failed or was given up: an item may have been lost with its answer.
    NoAnswer { caller: u64 },
    /// A task is put in …
    Assign { task: u64 },
    /// … and is in.
    Assigned { task: u64 },
    /// A task was delivered, and its work is done.
    Done { task: u64, attempt: u32 },
    /// The server said that the task is finalized.
    Finalized { task: u64, attempt: u32 },
    /// An answer is wrong.
    Violation(String),
    /// All callers ended as they should.
    Bye,
}
