//! Random calls on sets and rankings, on both stores at once: every answer is the same, also where members or scores are another
//! type's.

use std::fmt::Debug;

use futures_util::StreamExt;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use rediscache::{RedisRanking, RedisSession, RedisSet, Result};
use support::{memory_session, redis_session};
use tokio::runtime::Runtime;

const MOST: i64 = 1 << 53;

/// One call with its arguments; members are few, so that calls meet.
#[derive(Clone, Debug)]
enum Call {
    Add(u64),
    Remove(u64),
    Contains(u64),
    AddMany(Vec<u64>),
    RemoveMany(Vec<u64>),
    ContainsMany(Vec<u64>),
    ReplaceAll(Vec<u64>),
    /// Which one is left to chance: all are taken.
    PopAll,
    Members,
    Combine(Vec<u64>),
    Set(u64, i64),
    SetFloat(u64, f64),
    SetMany(Vec<(u64, i64)>),
    Increment(u64, i64),
    IncrementFloat(u64, f64),
    Score(u64),
    Rank(u64),
    Top(u64),
    Around(u64, u64),
    ByScore(i64, i64),
    RemoveRanked(u64),
    RemoveBelow(i64),
    Scores,
    /// Not a call of these: text, which is no number.
    Text(String),
}

fn call() -> impl Strategy<Value = Call> {
    let (member, many) = (0..5_u64, vec(0..5_u64, 0..4));
    let score =
        prop_oneof![3 => -3..3_i64, 1 => Just(MOST), 1 => Just(-MOST), 1 => Just(MOST - 1), 1 => Just(i64::MAX)];
    let floats = vec![0.5, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e300, 9_007_199_254_740_994.0, 0.1];
    let float = proptest::sample::select(floats);
    let of_sets = prop_oneof![
        3 => member.clone().prop_map(Call::Add),
        1 => member.clone().prop_map(Call::Remove),
        1 => member.clone().prop_map(Call::Contains),
        1 => many.clone().prop_map(Call::AddMany),
        1 => many.clone().prop_map(Call::RemoveMany),
        1 => many.clone().prop_map(Call::ContainsMany),
        1 => many.clone().prop_map(Call::ReplaceAll),
        1 => Just(Call::PopAll),
        2 => Just(Call::Members),
        2 => many.prop_map(Call::Combine),
        1 => "[a-c]{0,2}".prop_map(Call::Text),
    ];
    let of_rankings = prop_oneof![
        3 => (member.clone(), score.clone()).prop_map(|(member, score)| Call::Set(member, score)),
        1 => (member.clone(), float.clone()).prop_map(|(member, score)| Call::SetFloat(member, score)),
        1 => vec((member.clone(), score.clone()), 0..4).prop_map(Call::SetMany),
        4 => (member.clone(), score.clone()).prop_map(|(member, score)| Call::Increment(member, score)),
        1 => (member.clone(), float).prop_map(|(member, score)| Call::IncrementFloat(member, score)),
        1 => member.clone().prop_map(Call::Score),
        2 => member.clone().prop_map(Call::Rank),
        2 => (0..4_u64).prop_map(Call::Top),
        2 => (member.clone(), 0..3_u64).prop_map(|(member, places)| Call::Around(member, places)),
        2 => (score.clone(), score.clone()).prop_map(|(from, to)| Call::ByScore(from, to)),
        1 => member.prop_map(Call::RemoveRanked),
        1 => score.prop_map(Call::RemoveBelow),
        2 => Just(Call::Scores),
    ];
    prop_oneof![of_sets, of_rankings]
}

/// What can be compared of an answer.
fn told(answer: Result<impl Debug>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?} in {}", error.kind(), error.operation()),
    }
}

/// The same of what has no order.
fn told_sorted(answer: Result<Vec<u64>>) -> String {
    told(answer.map(|mut members| {
        members.sort_unstable();
        members
    }))
}

struct Objects {
    set: RedisSet<u64>,
    other: RedisSet<u64>,
    words: RedisSet<String>,
    counts: RedisRanking<u64, i64>,
    floats: RedisRanking<u64>,
}

impl Objects {
    fn of(session: &RedisSession, name: &str) -> Self {
        let (set, ranking) = (format!("{name}.set"), format!("{name}.ranking"));
        Self {
            set: RedisSet::with_namespace(set.clone()).on(session),
            other: RedisSet::with_namespace(format!("{name}.other")).on(session),
            words: RedisSet::with_namespace(set).on(session),
            counts: RedisRanking::with_namespace(ranking.clone()).on(session),
            floats: RedisRanking::with_namespace(ranking).on(session),
        }
    }

    async fn clear(&self) {
        self.set.clear().await.and(self.other.clear().await).and(self.counts.clear().await).unwrap();
    }

    async fn answer(&self, call: &Call) -> String {
        let Self { set, other, words, counts, floats } = self;
        match call.clone() {
            Call::Add(member) => told(set.add(member).await),
            Call::Remove(member) => told(set.remove(member).await),
            Call::Contains(member) => told(set.contains(member).await),
            Call::AddMany(members) => told(set.add_many(members).await),
            Call::RemoveMany(members) => told(set.remove_many(members).await),
            Call::ContainsMany(members) => told(set.contains_many(members).await),
            Call::ReplaceAll(members) => told(set.replace_all(members).await),
            Call::PopAll => {
                let readable = set.clone().unreadable_as_absent();
                let mut popped = Vec::new();
                while let Some(member) = readable.pop().await.unwrap() {
                    popped.push(member);
                }
                told_sorted(Ok(popped)) + &told(set.len().await)
            }
            Call::Members => {
                told_sorted(set.members().await) + &told_sorted(set.clone().unreadable_as_absent().members().await)
            }
            Call::Combine(members) => {
                other.replace_all(members).await.unwrap();
                let all =
                    [set.union([other]), set.intersection([other]), set.difference([other]), other.difference([set])];
                let mut shown = String::new();
                for one in all {
                    shown += &told_sorted(one.await);
                }
                shown
            }
            Call::Set(member, score) => told(counts.set(member, score).await),
            Call::SetFloat(member, score) => told(floats.set(member, score).await),
            Call::SetMany(scores) => told(counts.set_many(scores).await),
            Call::Increment(member, amount) => told(counts.increment(member, amount).await),
            Call::IncrementFloat(member, amount) => told(floats.increment(member, amount).await),
            Call::Score(member) => told(counts.score(member).await) + &told(floats.score(member).await),
            Call::Rank(member) => told(counts.rank(member).await),
            Call::Top(count) => told(counts.top(count).await) + &told(floats.top(count).await),
            Call::Around(member, places) => told(floats.around(member, places).await),
            Call::ByScore(from, to) => told(counts.clone().unreadable_as_absent().by_score(from..to).await),
            Call::RemoveRanked(member) => told(counts.remove(member).await),
            Call::RemoveBelow(score) => told(counts.remove_below(score).await),
            Call::Scores => {
                let mut scores: Vec<_> = floats.scan().map(told).collect().await;
                scores.sort();
                format!("{scores:?} {}", told(counts.len().await))
            }
            Call::Text(text) => told(words.add(text).await),
        }
    }
}

async fn run(sessions: &[RedisSession; 2], calls: &[Call]) -> std::result::Result<(), TestCaseError> {
    // Fresh for each sequence, and cleared at its end.
    let name = support::namespace("model");
    let [memory, redis] = sessions.each_ref().map(|session| Objects::of(session, &name));
    for (at, call) in calls.iter().enumerate() {
        let (expected, answer) = (memory.answer(call).await, redis.answer(call).await);
        prop_assert_eq!(expected, answer, "memory and redis, at {} of {:?}", at, calls);
    }
    redis.clear().await;
    Ok(())
}

#[test]
fn both_stores_answer_alike_with_members_and_scores() {
    let runtime = Runtime::new().unwrap();
    let sessions = runtime.block_on(async { [memory_session("model").await, redis_session("model").await] });
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&vec(call(), 1..40), |calls| runtime.block_on(run(&sessions, &calls)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
