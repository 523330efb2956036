//! Whose a lease is.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// Whose a lease is: by chance, so that no other has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    number: u64,
    place: LeasePlace,
}

/// Where a lease lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeasePlace {
    /// In the place of the value: what is done with it names one key, which is at one node also while its slot moves.
    Entry,
    /// That, or beside the value.
    Either,
}

impl Token {
    pub(crate) fn new() -> Self {
        // The standard library's source of randomness, which hash maps are seeded from.
        Self { number: RandomState::new().build_hasher().finish(), place: LeasePlace::Either }
    }

    /// The same of a lease that lies there.
    pub(super) fn at(self, place: LeasePlace) -> Self {
        Self { place, ..self }
    }

    pub(super) fn place(self) -> LeasePlace {
        self.place
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.number)
    }
}
