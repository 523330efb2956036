//! Limits in the embedded store, by the clock of tokio.

use std::time::Duration;

use tokio::time::Instant;

use super::rate::{Checked, Rate, SubjectPage};
use crate::error::Result;
use crate::store::key::{Cursor, rest_of};
use crate::store::memory::{Collection, MemoryStore, ends_in};

/// The limits of the embedded store.
pub(crate) struct MemoryLimits<'a>(pub(crate) &'a MemoryStore);

/// How many keys are looked at for one page of a walk.
const PAGE: usize = 500;

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
        let after = if let Some(Cursor::Behind(name)) = &cursor { Some(name.as_str()) } else { None };
        let prefix = format!("{key}:");
        let names: Vec<(String, bool)> = {
            let mut keyspace = self.0.keyspace();
            let walk = keyspace.walk::<TakenTurns>(&prefix, after).take(PAGE);
            walk.map(|(name, taken)| (name.to_owned(), taken.is_some() && rest_of(name, &prefix).is_some())).collect()
        };
        let own = names.iter().filter(|(_, is_own)| *is_own);
        let subjects = own.map(|(name, _)| Ok((name[prefix.len()..].to_owned(), self.check(name, rate, 0)?)));
        let subjects = subjects.collect::<Result<Vec<_>>>()?;
        let next = names.last().filter(|_| names.len() == PAGE).map(|(name, _)| Cursor::Behind(name.clone()));
        Ok(SubjectPage { subjects, next })
    }
}
