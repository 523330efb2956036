//! What a thread found settled of its last writes: that the object is on record and the shape is kept, for a second each.
//!
//! Measured: with 1,024 callers, the locks of both tables cost a write a third of its time.

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;

use super::written::{NotedKey, WrittenObject};
use crate::shape::Schema;
/// How many kinds of writes a thread remembers.
const PLACES: usize = 16;

/// Short beside the time for which records and shapes are relied on.
const REMEMBERED_FOR: Duration = Duration::from_secs(1);

thread_local! {
    static SETTLED: [Settled; PLACES] = const { [const { RefCell::new(None) }; PLACES] };
}

/// What was written last, and until when nothing is to be done before it is written again.
type Settled = RefCell<Option<(WriteKind, Instant)>>;

/// Writes of one object by one session.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct WriteKind {
    session: u64,
    is_global: bool,
    object: NotedKey,
    /// Where the schema lies, which is there for good.
    schema: Option<usize>,
    /// How many connections were made by then: what was kept may be gone with a server.
    connections: u64,
}

impl WriteKind {
    #[inline]
    pub(crate) fn new(
        object: &WrittenObject<'_>,
        (session, is_global): (u64, bool),
        schema: Option<&'static Schema>,
        connections: u64,
    ) -> Self {
        let schema = schema.map(|schema| std::ptr::from_ref(schema).addr());
        Self { session, is_global, object: object.key(), schema, connections }
    }

    /// Whether nothing is to be done before such a write.
    #[inline]
    pub(crate) fn is_settled(&self, now: Instant) -> bool {
        let look = |settled: &[Settled; PLACES]| {
            settled[self.place()].borrow().as_ref().is_some_and(|(last, until)| now < *until && last == self)
        };
        // Not where the thread is about to end.
        SETTLED.try_with(look).unwrap_or_default()
    }

    pub(crate) fn settle(self, now: Instant) {
        let _ = SETTLED.try_with(|settled| settled[self.place()].replace(Some((self, now + REMEMBERED_FOR))));
    }

    #[inline]
    fn place(&self) -> usize {
        self.object.place() % PLACES
    }
}
