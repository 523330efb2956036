//! What an object takes its values for.

use std::any::Any;
use std::fmt;

use super::older::{OlderReader, OlderTypes};
use crate::bounds::Value;
use crate::shape::{FIRST_VERSION, Schema};

/// Today's version of their meaning, and the older types that it still reads.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) version: u32,
    /// The older types: an [`OlderReader`] of the value's type.
    older: Option<&'static (dyn Any + Send + Sync)>,
    /// Of the older types, in their order; of those that are missing, the first.
    pub(crate) older_versions: &'static [u32],
    /// Finds what is wrong with it, where it was changed.
    check: Option<FindFault>,
}

/// What tells meanings apart, by where their parts lie. Two that read the same may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MeaningId {
    version: u32,
    older: usize,
    older_versions: usize,
}

type FindFault = fn(&Meaning) -> Option<&'static str>;

impl Meaning {
    pub(crate) const fn new() -> Self {
        Self { version: FIRST_VERSION, older: None, older_versions: &[], check: None }
    }

    pub(crate) const fn at_version<T: Value>(mut self, version: u32) -> Self {
        self.version = version;
        self.check = Some(Self::check::<T>);
        self
    }

    /// Reads these older types, too.
    pub(crate) const fn with_older<T: Value, O: OlderTypes<T> + 'static>(mut self, versions: &'static [u32]) -> Self {
        self.older = Some(const { &OlderReader::of::<O>() });
        self.older_versions = versions;
        self.check = Some(Self::check::<T>);
        self
    }

    #[inline]
    pub(crate) fn id(&self) -> MeaningId {
        let older = self.older.map_or(0, |older| std::ptr::from_ref(older).cast::<()>().addr());
        MeaningId { version: self.version, older, older_versions: self.older_versions.as_ptr().addr() }
    }

    /// What reads the older types.
    pub(crate) fn older<T: Value>(&self) -> Option<&'static OlderReader<T>> {
        self.older?.downcast_ref()
    }

    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.check.and_then(|check| check(self))
    }

    fn check<T: Value>(&self) -> Option<&'static str> {
        if self.version == 0 {
            return Some("versions count from 1");
        }
        let mut schemas = vec![Schema::of::<T>(self.version)];
        if let Some(older) = self.older::<T>() {
            (older.schemas)(self.older_versions, &mut schemas);
        }
        let [own, older @ ..] = &*schemas else { return None };
        if older.iter().any(|older| !(1..=own.version).contains(&older.version)) {
            return Some("older types have versions from 1 up to that of today's type");
        }
        let is_twin = |at: usize| schemas[..at].iter().any(|other| std::ptr::eq(*other, schemas[at]));
        (1..schemas.len()).any(is_twin).then_some(
            "two types of its values are read alike, so that nothing tells them apart; give the newer one a version: \
             `version = 2, from(Older = 1)`",
        )
    }
}

impl fmt::Debug for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meaning").field("version", &self.version).finish_non_exhaustive()
    }
}
