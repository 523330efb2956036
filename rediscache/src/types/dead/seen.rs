//! What one stream of dead letters gave out, and where in the list the others begin.
//!
//! A list has no cursor: letters that leave it move all newer ones up. Those that leave by what is done with the letters of
//! this stream are counted out. Where others take some, the last ones that were given out are looked for.

use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many letters are given out of one look at the list, and how many are remembered by their hashes.
pub(super) const PAGE: usize = 200;

/// Shared by a stream and its letters.
#[derive(Debug, Default)]
pub(crate) struct SeenLetters(Mutex<SeenSoFar>);

#[derive(Debug, Default)]
pub(super) struct SeenSoFar {
    /// How many of the letters that were given out are still there, as far as is known: the place of the next one.
    there: usize,
    /// The newest of those, the last at the back.
    recent: VecDeque<u64>,
    /// How many more are to be given out, so that it ends though letters come as fast as they go. Unknown before the first.
    left: Option<usize>,
}

/// One look at the list: the letters from this place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) first: usize,
    aim: Aim,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Next,
    /// The last one that was given out, and those after it.
    NextAfterLast,
    /// The ones that were given out, wherever they are now.
    Find,
}

/// What a look came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    Letters(Vec<Vec<u8>>),
    Again(Look),
}

impl SeenLetters {
    pub(super) fn so_far(&self) -> MutexGuard<'_, SeenSoFar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A letter left the list by what was done with it here: the oldest of equal ones.
    pub(crate) fn remove(&self, letter: &[u8]) {
        let (mut so_far, hash) = (self.so_far(), hash(letter));
        so_far.there = so_far.there.saturating_sub(1);
        if let Some(place) = so_far.recent.iter().position(|recent| *recent == hash) {
            so_far.recent.remove(place);
        }
    }
}

impl SeenSoFar {
    pub(super) fn left(&self) -> Option<usize> {
        self.left
    }

    /// Gives out no more of a list of this length than are there now.
    pub(super) fn limit(&mut self, length: usize) {
        self.left = Some(length.saturating_sub(self.there));
    }

    pub(super) fn next(&self) -> Look {
        match self.there.checked_sub(1) {
            Some(last) if !self.recent.is_empty() => Look { first: last, aim: Aim::NextAfterLast },
            _ => Look { first: self.there, aim: Aim::Next },
        }
    }

    /// Makes of a page of the list what comes next; a look is asked for until there are letters, or none are left.
    pub(super) fn take(&mut self, look: Look, mut page: Vec<Vec<u8>>) -> Looked {
        match look.aim {
            Aim::Next if look.first == self.there => self.give(page),
            Aim::NextAfterLast if page.first().map(|letter| hash(letter)) == self.recent.back().copied() => {
                page.remove(0);
                self.give(page)
            }
            Aim::Next | Aim::NextAfterLast => find(self.there.saturating_sub(self.recent.len())),
            Aim::Find => self.find(look.first, page),
        }
    }

    /// Those that were given out and are still there stand in their order, and the next ones behind them.
    fn find(&mut self, first: usize, mut page: Vec<Vec<u8>>) -> Looked {
        let hashes: Vec<u64> = page.iter().map(|letter| hash(letter)).collect();
        let Some(start) = hashes.iter().position(|hash| self.recent.contains(hash)) else {
            if first > 0 {
                return find(first.saturating_sub(PAGE));
            }
            // None of the last ones is there any more. The others may all be new.
            *self = Self::default();
            return self.give(page);
        };
        let (mut recent, mut last, mut end) = (self.recent.iter().enumerate(), 0, start);
        while let Some((place, _)) = hashes.get(end).and_then(|hash| recent.find(|(_, recent)| *recent == hash)) {
            (last, end) = (place, end + 1);
        }
        self.there = first + end;
        if end == page.len() && end >= PAGE {
            // More of them may come.
            return find(self.there - 1);
        }
        self.recent.truncate(last + 1);
        page.drain(..end);
        self.give(page)
    }

    fn give(&mut self, mut page: Vec<Vec<u8>>) -> Looked {
        page.truncate(self.left.unwrap_or(PAGE).min(PAGE));
        self.left = self.left.map(|left| left - page.len());
        self.there += page.len();
        self.recent.extend(page.iter().map(|letter| hash(letter)));
        let forgotten = self.recent.len().saturating_sub(PAGE);
        self.recent.drain(..forgotten);
        Looked::Letters(page)
    }
}

fn find(first: usize) -> Looked {
    Looked::Again(Look { first, aim: Aim::Find })
}

fn hash(letter: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    letter.hash(&mut hasher);
    hasher.finish()
}
