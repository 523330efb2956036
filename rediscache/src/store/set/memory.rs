//! The set in the embedded store.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::ops::Bound;

use super::answer::MemberPage;
use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore};
use crate::store::packed::Packed;

/// A set, ordered so that a scan can go on from any member whatever was changed in between.
pub(crate) type Members = BTreeSet<Box<[u8]>>;

pub(super) const NAME: &str = "set";

impl Collection for Members {
    const NAME: &str = NAME;

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// The sets of the embedded store.
pub(crate) struct MemoryMembers<'a>(pub(crate) &'a MemoryStore);

/// How many members one page of a scan holds.
const PAGE: usize = 500;

impl MemoryMembers<'_> {
    /// Looks at the set at `key`; `absent` is what there is to see where none is.
    fn look<T>(&self, key: &str, absent: T, look: impl FnOnce(&mut Members) -> T) -> Result<T> {
        Ok(self.0.keyspace().find(key)?.map_or(absent, look))
    }

    fn change<T>(&self, key: &str, change: impl FnOnce(&mut Members) -> T) -> Result<T> {
        self.0.keyspace().change(key, change)
    }

    pub(super) fn add(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.change(key, |set| set.insert(member.into()))
    }

    pub(super) fn remove(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.change(key, |set| set.remove(member))
    }

    pub(super) fn contains(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.look(key, false, |set| set.contains(member))
    }

    pub(super) fn add_many(&self, key: &str, members: &Packed) -> Result<u64> {
        self.change(key, |set| members.iter().map(|member| u64::from(set.insert(member.into()))).sum())
    }

    pub(super) fn remove_many(&self, key: &str, members: &Packed) -> Result<u64> {
        self.change(key, |set| members.iter().map(|member| u64::from(set.remove(member))).sum())
    }

    pub(super) fn contains_many(&self, key: &str, members: &Packed) -> Result<Vec<bool>> {
        self.look(key, vec![false; members.len()], |set| members.iter().map(|member| set.contains(member)).collect())
    }

    pub(super) fn replace_all(&self, key: &str, members: &Packed) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        if keyspace.find::<Members>(key)?.is_some() {
            keyspace.remove(key);
        }
        keyspace.change(key, |set: &mut Members| set.extend(members.iter().map(Box::from)))
    }

    pub(super) fn members(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.look(key, Vec::new(), |set| set.iter().map(|member| member.to_vec()).collect())
    }

    pub(super) fn random(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.look(key, None, |set| {
            // The standard library's source of randomness, which hash maps are seeded from.
            let chance = RandomState::new().build_hasher().finish();
            let at = usize::try_from(chance % set.len() as u64).unwrap_or_default();
            set.iter().nth(at).map(|member| member.to_vec())
        })
    }

    pub(super) fn len(&self, key: &str) -> Result<u64> {
        self.look(key, 0, |set| set.len() as u64)
    }

    /// The cursor is the last member of the page before.
    pub(super) fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<MemberPage> {
        let from = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let members: Vec<_> = self.look(key, Vec::new(), |set| {
            set.range::<[u8], _>((from, Bound::Unbounded)).take(PAGE).map(|member| member.to_vec()).collect()
        })?;
        let next = members.get(PAGE - 1).cloned();
        Ok(MemberPage { members, next })
    }

    pub(super) fn union(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine(key, others, |mut all, other| {
            all.extend(other);
            all
        })
    }

    pub(super) fn intersection(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine(key, others, |left, other| left.intersection(&other).cloned().collect())
    }

    pub(super) fn difference(&self, key: &str, others: &[String]) -> Result<Vec<Vec<u8>>> {
        self.combine(key, others, |left, other| left.difference(&other).cloned().collect())
    }

    /// Takes the sets together one after another, all as they are at one time.
    fn combine(
        &self,
        key: &str,
        others: &[String],
        combine: impl Fn(Members, Members) -> Members,
    ) -> Result<Vec<Vec<u8>>> {
        let mut keyspace = self.0.keyspace();
        let mut find =
            |key: &str| -> Result<Members> { Ok(keyspace.find::<Members>(key)?.cloned().unwrap_or_default()) };
        let mut combined = find(key)?;
        for other in others {
            combined = combine(combined, find(other)?);
        }
        Ok(combined.into_iter().map(Vec::from).collect())
    }
}
