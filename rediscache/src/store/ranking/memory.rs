//! The ranking in the embedded store.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use super::answer::{ScoreRange, Scored, ScoredPage};
use super::step::ScoreStep;
use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore};
use crate::store::packed::Packed;

pub(super) const NAME: &str = "zset";

/// The score of each member, and the members in their order, lowest first.
#[derive(Debug, Default)]
struct SortedMembers {
    scores: BTreeMap<Arc<[u8]>, f64>,
    order: BTreeSet<RankedMember>,
}

/// A member at its place.
#[derive(Clone, Debug)]
struct RankedMember {
    score: f64,
    member: Arc<[u8]>,
}

impl Ord for RankedMember {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| self.member.cmp(&other.member))
    }
}

impl PartialOrd for RankedMember {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for RankedMember {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for RankedMember {}

impl Collection for SortedMembers {
    const NAME: &str = NAME;

    fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }
}

impl SortedMembers {
    fn set(&mut self, member: &[u8], score: f64) {
        self.remove(member);
        let member: Arc<[u8]> = member.into();
        self.scores.insert(Arc::clone(&member), score);
        self.order.insert(RankedMember { score, member });
    }

    fn remove(&mut self, member: &[u8]) -> bool {
        self.scores
            .remove_entry(member)
            .is_some_and(|(member, score)| self.order.remove(&RankedMember { score, member }))
    }

    /// How many are above it.
    fn rank(&self, member: &[u8]) -> Option<usize> {
        let (member, &score) = self.scores.get_key_value(member)?;
        let place = RankedMember { score, member: Arc::clone(member) };
        Some(self.order.range((Bound::Excluded(place), Bound::Unbounded)).count())
    }
}

/// The rankings of the embedded store.
pub(crate) struct MemoryScores<'a>(pub(crate) &'a MemoryStore);

/// How many members one page of a scan holds.
const PAGE: usize = 500;

impl MemoryScores<'_> {
    /// Looks at the ranking at `key`; `absent` is what there is to see where none is.
    fn look<T>(&self, key: &str, absent: T, look: impl FnOnce(&mut SortedMembers) -> T) -> Result<T> {
        Ok(self.0.keyspace().find(key)?.map_or(absent, look))
    }

    fn change<T>(&self, key: &str, change: impl FnOnce(&mut SortedMembers) -> T) -> Result<T> {
        self.0.keyspace().change(key, change)
    }

    pub(super) fn set(&self, key: &str, member: &[u8], score: f64) -> Result<()> {
        self.change(key, |ranking| ranking.set(member, score))
    }

    pub(super) fn increment(&self, key: &str, member: &[u8], by: &ScoreStep) -> Result<f64> {
        self.change(key, |ranking| {
            let sum = by.apply(ranking.scores.get(member).copied())?;
            ranking.set(member, sum);
            Ok(sum)
        })?
    }

    pub(super) fn score(&self, key: &str, member: &[u8]) -> Result<Option<f64>> {
        self.look(key, None, |ranking| ranking.scores.get(member).copied())
    }

    pub(super) fn rank(&self, key: &str, member: &[u8]) -> Result<Option<u64>> {
        self.look(key, None, |ranking| ranking.rank(member).map(|rank| rank as u64))
    }

    pub(super) fn remove(&self, key: &str, member: &[u8]) -> Result<bool> {
        self.change(key, |ranking| ranking.remove(member))
    }

    pub(super) fn around(&self, key: &str, member: &[u8], places: u64) -> Result<Scored> {
        self.look(key, Vec::new(), |ranking| {
            let Some(rank) = ranking.rank(member) else { return Vec::new() };
            let (first, places) = (rank.saturating_sub(number(places)), number(places));
            let count = places.saturating_add(rank - first).saturating_add(1);
            ranking.order.iter().rev().skip(first).take(count).map(shown).collect()
        })
    }

    pub(super) fn set_many(&self, key: &str, members: &Packed, scores: &[f64]) -> Result<()> {
        self.change(key, |ranking| members.iter().zip(scores).for_each(|(member, score)| ranking.set(member, *score)))
    }

    pub(super) fn top(&self, key: &str, count: u64) -> Result<Scored> {
        self.page(key, 0, count)
    }

    pub(super) fn page(&self, key: &str, first: u64, count: u64) -> Result<Scored> {
        let page = |ranking: &mut SortedMembers| {
            ranking.order.iter().rev().skip(number(first)).take(number(count)).map(shown).collect()
        };
        self.look(key, Vec::new(), page)
    }

    pub(super) fn within(&self, key: &str, range: &ScoreRange) -> Result<Scored> {
        let is_above = |score: f64| match range.0 {
            Bound::Included(least) => score >= least,
            Bound::Excluded(least) => score > least,
            Bound::Unbounded => true,
        };
        let is_below = |score: f64| match range.1 {
            Bound::Included(most) => score <= most,
            Bound::Excluded(most) => score < most,
            Bound::Unbounded => true,
        };
        self.look(key, Vec::new(), |ranking| {
            let below = ranking.order.iter().rev().skip_while(|place| !is_below(place.score));
            below.take_while(|place| is_above(place.score)).map(shown).collect()
        })
    }

    pub(super) fn remove_below(&self, key: &str, score: f64) -> Result<u64> {
        self.change(key, |ranking| {
            let mut removed = 0;
            while ranking.order.first().is_some_and(|first| first.score < score)
                && let Some(first) = ranking.order.pop_first()
            {
                ranking.scores.remove(&first.member);
                removed += 1;
            }
            removed
        })
    }

    pub(super) fn len(&self, key: &str) -> Result<u64> {
        self.look(key, 0, |ranking| ranking.scores.len() as u64)
    }

    /// The cursor is the last member of the page before.
    pub(super) fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<ScoredPage> {
        let from = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let members: Scored = self.look(key, Vec::new(), |ranking| {
            let page = ranking.scores.range::<[u8], _>((from, Bound::Unbounded)).take(PAGE);
            page.map(|(member, score)| (member.to_vec(), *score)).collect()
        })?;
        let next = members.get(PAGE - 1).map(|(member, _)| member.clone());
        Ok(ScoredPage { members, next })
    }
}

fn shown(place: &RankedMember) -> (Vec<u8>, f64) {
    (place.member.to_vec(), place.score)
}

fn number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
