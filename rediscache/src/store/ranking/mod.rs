//! What a ranking can do: members, each with a score, in the order of those; where they are equal, in that of the bytes.

mod answer;
mod batches;
mod memory;
mod redis;
mod step;

pub(crate) use answer::{ScoreRange, Scored, ScoredPage};
pub(super) use memory::MemoryScores;
pub(crate) use redis::RedisScores;
pub(crate) use step::ScoreStep;

/// What a key holds, as `TYPE` names it.
pub(crate) const SORTED_SET: &str = memory::NAME;

use super::operations::{Slice, operations};
use super::packed::Packed;

pub(crate) type RankingStore<'a> = Slice<'a, MemoryScores<'a>, RedisScores>;

// No score is NaN, and none is a negative zero.
operations! { RankingStore<'_> {
    // On one member of the ranking at the key. Every one is atomic, and an absent ranking is an empty one.

    /// Gives it this score, whatever it had.
    fn set(member: &[u8], score: f64) -> ();
    /// Adds to its score, which is zero where it is not there, and returns what it is then.
    fn increment(member: &[u8], by: &ScoreStep) -> f64;
    /// Its score.
    fn score(member: &[u8]) -> Option<f64>;
    /// How many are above it.
    fn rank(member: &[u8]) -> Option<u64>;
    /// Takes it out; whether it was there.
    fn remove(member: &[u8]) -> bool;
    /// Who is at most so many places above it or below it, highest first; nobody where it is not there.
    fn around(member: &[u8], places: u64) -> Scored;

    // On the ranking as a whole.

    /// Gives each member the score at its place; of two equal members the later wins.
    fn set_many(members: &Packed, scores: &[f64]) -> ();
    /// So many of the highest, highest first.
    fn top(count: u64) -> Scored;
    /// Up to so many, highest first, but for the first ones.
    fn page(first: u64, count: u64) -> Scored;
    /// Those whose score is in the range, highest first.
    fn within(range: &ScoreRange) -> Scored;
    /// Takes out all whose score is less; how many.
    fn remove_below(score: f64) -> u64;
    /// How many members there are.
    fn len() -> u64;
    /// Some members from `cursor` on. What stays throughout a scan is returned at least once.
    fn scan(cursor: Option<&[u8]>) -> ScoredPage;
}}
