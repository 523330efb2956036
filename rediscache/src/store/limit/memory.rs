//! Limits in the embedded store, by the clock of tokio.

use std::time::Duration;

use tokio::time::Instant;

use super::rate::{Checked, Rate, SubjectPage};
use crate::error::Result;
use crate::store::key::{Cursor, memory_page};
use crate::store::memory::{Collection, MemoryStore, ends_in};

/// The limits of the embedded store.
pub(crate) struct MemoryLimits<'a>(pub(crate) &'a MemoryStore);

/// When all turns that a subject took will have passed.
#[derive(Debug, Default)]
struct TakenTurns {
    /// In the place of 1970.
    since: Option<Instant>,
    /// In microseconds since then, and parts of one.
    at: u64,
    part: u64,
}

impl Collection for TakenTurns {
    const NAME: &str = "string";

    /// It ends by its expiry.
    fn is_empty(&self) -> bool {
        self.since.is_none()
    }
}

impl MemoryLimits<'_> {
    pub(super) fn check(&self, key: &str, rate: Rate, turns: u32) -> Result<Checked> {
        let (mut keyspace, now) = (self.0.keyspace(), Instant::now());
        let taken = keyspace.find::<TakenTurns>(key)?;
        let since = taken.as_ref().and_then(|taken| taken.since).unwrap_or(now);
        let micros = u64::try_from(now.saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX);
        let ahead = taken.map_or(0, |taken| {
            let parts = u128::from(taken.at) * u128::from(rate.parts) + u128::from(taken.part);
            u64::try_from(parts.saturating_sub(u128::from(micros) * u128::from(rate.parts))).unwrap_or(u64::MAX)
        });
        let (checked, ahead) = rate.check(ahead, turns);
        if checked.is_allowed && turns > 0 {
            let taken = TakenTurns { since: Some(since), at: micros + ahead / rate.parts, part: ahead % rate.parts };
            keyspace.put(key, taken, Some(ends_in(checked.reset_after.max(Duration::from_millis(1)))));
        }
        Ok(checked)
    }

    pub(super) fn page(&self, key: &str, rate: Rate, cursor: Option<Cursor>) -> Result<SubjectPage> {
        let (subjects, next) = memory_page(self.0, key, cursor.as_ref(), |_: &TakenTurns, _| Some(()));
        let checked = subjects.into_iter().map(|(rest, ())| {
            let checked = self.check(&format!("{key}:{rest}"), rate, 0)?;
            Ok((rest, checked))
        });
        Ok(SubjectPage { subjects: checked.collect::<Result<_>>()?, next })
    }
}
