//! What a set can do: members, each of them once.

mod answer;
mod batches;
mod change;
mod memory;
mod redis;

pub(crate) use answer::MemberPage;
pub(super) use memory::{Members, MemoryMembers};
pub(crate) use redis::RedisMembers;

/// What a key holds, as `TYPE` names it.
pub(crate) const SET: &str = memory::NAME;

use super::operations::{Slice, operations};
use super::packed::Packed;

pub(crate) type SetStore<'a> = Slice<'a, MemoryMembers<'a>, RedisMembers>;

operations! { SetStore<'_> {
    // On one member of the set at the key. Every one is atomic, and an absent set is an empty one.

    /// Puts it in; whether it was not there.
    fn add(member: &[u8]) -> bool;
    /// Takes it out; whether it was there.
    fn remove(member: &[u8]) -> bool;
    /// Whether it is there.
    fn contains(member: &[u8]) -> bool;

    // On the set as a whole.

    /// Puts all in; how many were not there.
    fn add_many(members: &Packed) -> u64;
    /// Takes all out; how many were there.
    fn remove_many(members: &Packed) -> u64;
    /// Whether each is there, in their order.
    fn contains_many(members: &Packed) -> Vec<bool>;
    /// Puts these in the place of all there was, expiry included.
    fn replace_all(members: &Packed) -> ();
    /// A snapshot.
    fn members() -> Vec<Vec<u8>>;
    /// One of them, each as likely as any other.
    fn random() -> Option<Vec<u8>>;
    /// How many members there are.
    fn len() -> u64;
    /// Some members from `cursor` on. What stays throughout a scan is returned at least once.
    fn scan(cursor: Option<&[u8]>) -> MemberPage;

    // On this set and others; on a cluster, all lie in one slot.

    /// What is in any of them.
    fn union(others: &[String]) -> Vec<Vec<u8>>;
    /// What is in all of them.
    fn intersection(others: &[String]) -> Vec<Vec<u8>>;
    /// What is in this one and in none of the others.
    fn difference(others: &[String]) -> Vec<Vec<u8>>;
}}
