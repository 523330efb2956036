//! A table that is rid of what nobody uses any more as it grows.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use foldhash::quality::RandomState;

/// A table whose entries may go when they are not used any more. It is looked through once it has `LEAST` of them, and then only when it
/// has twice as many as were left: so whoever adds one pays for a few, however many are in use.
#[derive(Debug)]
pub(crate) struct SweptMap<K, V, const LEAST: usize> {
    entries: HashMap<K, V, RandomState>,
    /// At how many entries it is looked through.
    due: usize,
}

impl<K: Eq + Hash, V, const LEAST: usize> SweptMap<K, V, LEAST> {
    /// Before one is added: drops those that are not used, if it is time to.
    pub(crate) fn sweep(&mut self, mut is_used: impl FnMut(&V) -> bool) {
        if self.entries.len() >= self.due {
            self.entries.retain(|_, entry| is_used(entry));
            self.due = LEAST.max(2 * self.entries.len());
            self.entries.shrink_to(self.due);
        }
    }
}

impl<K, V, const LEAST: usize> Default for SweptMap<K, V, LEAST> {
    fn default() -> Self {
        Self { entries: HashMap::default(), due: LEAST }
    }
}

impl<K, V, const LEAST: usize> Deref for SweptMap<K, V, LEAST> {
    type Target = HashMap<K, V, RandomState>;

    fn deref(&self) -> &Self::Target {
        &self.entries
    }
}

impl<K, V, const LEAST: usize> DerefMut for SweptMap<K, V, LEAST> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_through_only_when_it_has_doubled() {
        let (mut table, mut looks) = (SweptMap::<u32, bool, 4>::default(), 0);
        for key in 0..1_000 {
            table.sweep(|is_used| {
                looks += 1;
                *is_used
            });
            table.insert(key, true);
        }
        assert_eq!((table.len(), looks < 2_000), (1_000, true), "{looks} looks");
        table.values_mut().for_each(|is_used| *is_used = false);
        for key in 1_000..1_100 {
            table.sweep(|is_used| *is_used);
            table.insert(key, true);
        }
        assert!(table.len() <= 100, "{} are left", table.len());
    }
}
