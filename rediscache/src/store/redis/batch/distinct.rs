//! Parts of calls that leave together, of which equal ones are sent once.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use super::pending::retain;
use crate::error::Result;
use crate::refusal;
use crate::store::packed::Packed;

/// How many calls leave together in many programs.
const USUAL_CALLS: usize = 64;

/// What callers ask for, each thing once.
#[derive(Default)]
pub(crate) struct Distinct {
    parts: Packed,
    found: FoundParts,
    /// Which part each caller wants.
    wanted: Vec<usize>,
}

impl Distinct {
    pub(crate) fn add(&mut self, part: &[u8]) {
        let (first, next) = (self.wanted.is_empty(), self.parts.len());
        // One caller alone needs no table.
        if self.wanted.len() == 1 {
            self.found.by_hash.reserve(USUAL_CALLS);
            self.found.find(self.parts.get(0), 0, |_| true);
        }
        let at = if first { 0 } else { self.found.find(part, next, |at| self.parts.get(at) == part) };
        if at == next {
            self.parts.push(part);
        }
        self.wanted.push(at);
    }

    pub(crate) fn has_room_for(&self, part: &[u8]) -> bool {
        self.parts.has_room_for(part.len()) && self.wanted.len() < 8 * Packed::MOST_PARTS
    }

    /// Those who do not want theirs any more. What they asked for is asked for all the same.
    pub(crate) fn retain(&mut self, wanted: &[bool]) {
        retain(&mut self.wanted, wanted);
    }

    pub(crate) fn parts(&self) -> &Packed {
        &self.parts
    }

    /// Gives each caller the answer for the part that it wants.
    pub(crate) fn share<T: Clone>(&self, answers: Vec<T>) -> Result<Vec<T>> {
        if self.wanted.iter().copied().eq(0..answers.len()) {
            return Ok(answers);
        }
        let mut answers: Vec<Option<T>> = answers.into_iter().map(Some).collect();
        // The last who wants a part gets the answer itself.
        let mut left = vec![0_usize; answers.len()];
        for &at in &self.wanted {
            *left.get_mut(at).ok_or_else(refusal::unexpected)? += 1;
        }
        let answer = |&at: &usize| {
            left[at] -= 1;
            let answer = if left[at] == 0 { answers[at].take() } else { answers[at].clone() };
            answer.ok_or_else(refusal::unexpected)
        };
        self.wanted.iter().map(answer).collect()
    }

    /// The same of answers that may be refusals.
    pub(crate) fn share_each<T: Clone>(&self, answers: Vec<Result<T>>) -> Result<Vec<Result<T>>> {
        let mut refusals = Vec::new();
        let answers = answers.into_iter().map(|answer| {
            answer.map_err(|error| {
                refusals.push(error);
                refusals.len() - 1
            })
        });
        let shared = self.share(answers.collect())?;
        Ok(shared.into_iter().map(|answer| answer.map_err(|at| refusals[at].again())).collect())
    }
}

/// Finds equal parts by their hashes.
#[derive(Default)]
pub(crate) struct FoundParts {
    hasher: foldhash::quality::RandomState,
    by_hash: HashMap<u64, usize, BuildHasherDefault<AlreadyHashed>>,
}

impl FoundParts {
    /// A table with room for so many.
    pub(crate) fn of(parts: usize) -> Self {
        let by_hash = HashMap::with_capacity_and_hasher(parts, BuildHasherDefault::default());
        Self { hasher: foldhash::quality::RandomState::default(), by_hash }
    }

    /// Where an equal part is, or `next`.
    pub(crate) fn find(&mut self, part: &[u8], next: usize, is_equal: impl FnOnce(usize) -> bool) -> usize {
        let at = *self.by_hash.entry(self.hasher.hash_one(part)).or_insert(next);
        // Two parts of one hash: what is rare need not be shared.
        if at == next || is_equal(at) { at } else { next }
    }
}

/// The hash of what is a hash already.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
