//! Some of what lies at a key, whatever kind of data that is: for who looks whether it can be read.

use std::time::Duration;

use super::Store;
use super::entry::Life;
use super::key::Cursor;
use crate::error::Result;

/// What an object keeps its values in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataKind {
    Hash,
    List,
    /// Keys of their own, whose names begin with that of the object.
    Entries,
    Set,
    Ranking,
    /// All there is.
    String,
}

/// One page of it.
pub(crate) struct Sample {
    /// Values, each with the name it has there, if it has one.
    pub(crate) values: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<SampleCursor>,
}

pub(crate) enum SampleCursor {
    At(Vec<u8>),
    Entries(Cursor),
}

/// How many items of a list are enough.
const ITEMS: u64 = 512;

impl Store {
    /// Looks at some values of an object of this kind from `cursor` on; changes nothing.
    pub(crate) async fn sample(&self, kind: DataKind, key: &str, cursor: Option<SampleCursor>) -> Result<Sample> {
        let (at, entries) = match cursor {
            Some(SampleCursor::At(at)) => (Some(at), None),
            Some(SampleCursor::Entries(cursor)) => (None, Some(cursor)),
            None => (None, None),
        };
        let at = at.as_deref();
        Ok(match kind {
            DataKind::Hash => {
                let page = self.hashes().scan(key, at).await?;
                Sample::of(page.entries.into_iter().map(|(field, value)| (Some(field), value)), page.next)
            }
            DataKind::List => {
                let items = self.lists().page(key, 0, ITEMS).await?;
                Sample::of(items.into_iter().map(|item| (None, item)), None)
            }
            DataKind::Entries => {
                // Stale ones, too: who loads gives them out.
                let page = self.entries().scan(key, entries, Life::of(Duration::MAX)).await?;
                let values = page.entries.into_iter().map(|(name, value)| (Some(name.into_bytes()), value));
                Sample { next: page.next.map(SampleCursor::Entries), ..Sample::of(values, None) }
            }
            DataKind::Set => {
                let page = self.sets().scan(key, at).await?;
                Sample::of(page.members.into_iter().map(|member| (None, member)), page.next)
            }
            DataKind::String => Sample::one(self.strings().get(key).await?),
            DataKind::Ranking => {
                let page = self.rankings().scan(key, at).await?;
                let scored = |(member, score): (_, f64)| (Some(member), score.to_string().into_bytes());
                Sample::of(page.members.into_iter().map(scored), page.next)
            }
        })
    }
}

impl Sample {
    /// What is there, if anything is.
    fn one(value: Option<Vec<u8>>) -> Self {
        Self::of(value.into_iter().map(|value| (None, value)), None)
    }

    fn of(values: impl Iterator<Item = (Option<Vec<u8>>, Vec<u8>)>, next: Option<Vec<u8>>) -> Self {
        Self { values: values.collect(), next: next.map(SampleCursor::At) }
    }
}
