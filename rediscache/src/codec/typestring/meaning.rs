//! What an object takes its values for.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use super::older::{OlderReader, OlderTypes};
use crate::bounds::Value;
use crate::shape::{FIRST_VERSION, Schema};

/// Today's version of their meaning, and the older types that it still reads.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) version: u32,
    /// The older types: an [`OlderReader`] of the value's type, in one word, since each call carries it along.
    older: Option<&'static AnyReader>,
    /// Of the older types, in their order; of those that are missing, the first.
    pub(crate) older_versions: &'static [u32],
}

type AnyReader = &'static (dyn Any + Send + Sync);

/// The reader of these older types, for good.
struct Reading<T, O>(PhantomData<(T, O)>);

impl<T: Value, O: OlderTypes<T> + 'static> Reading<T, O> {
    const READER: AnyReader = &OlderReader::<T>::of::<O>();
}

/// What tells meanings apart, by where their parts lie. Two that read the same may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MeaningId {
    version: u32,
    older: usize,
    older_versions: usize,
}

impl Meaning {
    pub(crate) const fn new() -> Self {
        Self { version: FIRST_VERSION, older: None, older_versions: &[] }
    }

    pub(crate) const fn at_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Reads these older types, too.
    pub(crate) const fn with_older<T: Value, O: OlderTypes<T> + 'static>(mut self, versions: &'static [u32]) -> Self {
        self.older = Some(&Reading::<T, O>::READER);
        self.older_versions = versions;
        self
    }

    #[inline]
    pub(crate) fn id(&self) -> MeaningId {
        let older = self.older.map_or(0, |older| std::ptr::from_ref(older).addr());
        MeaningId { version: self.version, older, older_versions: self.older_versions.as_ptr().addr() }
    }

    /// What reads the older types.
    pub(crate) fn older<T: Value>(&self) -> Option<&'static OlderReader<T>> {
        self.older?.downcast_ref()
    }

    /// Whether nothing was said of versions or older types.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.version == FIRST_VERSION && self.older.is_none()
    }

    /// What is wrong with it for values of this type, if anything.
    pub(crate) fn fault<T: Value>(&self) -> Option<&'static str> {
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
