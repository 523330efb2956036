//! Random calls on values by themselves and in records, on both stores at once: every answer is the same, also where a value of
//! another type is stored.

use std::fmt::Debug;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use rediscache::{InRecord, RedisSession, RedisValue, Result, Typestring, ValueHome};
use support::{memory_session, redis_session};
use tokio::runtime::Runtime;

const MINUTE: Duration = Duration::from_secs(60);

/// One call with its arguments.
#[derive(Clone, Debug)]
enum Call {
    Get,
    GetOr(i64),
    IsEmpty,
    Set(i64),
    SetIfAbsent(i64),
    Replace(i64),
    CompareAndSet(i64, i64),
    Increment(i64),
    Decrement(i64),
    Update(i64),
    Take,
    Clear,
    /// Those of a value by itself.
    SetFor(i64),
    SetExpiry,
    Persist,
    Expiry,
    /// Not a call of an integer: other types write there.
    Text(String),
    Float(f64),
}

/// Whether it is one on a record.
type Step = (bool, Call);

fn step() -> impl Strategy<Value = Step> {
    let value = || prop_oneof![4 => -3..3_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let call = prop_oneof![
        3 => Just(Call::Get),
        1 => value().prop_map(Call::GetOr),
        1 => Just(Call::IsEmpty),
        3 => value().prop_map(Call::Set),
        2 => value().prop_map(Call::SetIfAbsent),
        2 => value().prop_map(Call::Replace),
        3 => (value(), value()).prop_map(|(old, new)| Call::CompareAndSet(old, new)),
        3 => value().prop_map(Call::Increment),
        1 => value().prop_map(Call::Decrement),
        3 => value().prop_map(Call::Update),
        2 => Just(Call::Take),
        1 => Just(Call::Clear),
        2 => value().prop_map(Call::SetFor),
        1 => Just(Call::SetExpiry),
        1 => Just(Call::Persist),
        2 => Just(Call::Expiry),
        1 => "[a-c]{0,2}".prop_map(Call::Text),
        1 => prop_oneof![Just(3.0), Just(0.5), Just(f64::NAN)].prop_map(Call::Float),
    ];
    (any::<bool>(), call)
}

/// What can be compared of an answer.
fn told(answer: Result<impl Debug>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?} in {}", error.kind(), error.operation()),
    }
}

/// One place, as values of three types.
struct Values<H> {
    numbers: RedisValue<i64, Typestring, H>,
    texts: RedisValue<String, Typestring, H>,
    floats: RedisValue<f64, Typestring, H>,
}

impl<H: ValueHome> Values<H> {
    /// `None` for a call that there is only of values by themselves.
    async fn answer(&self, call: &Call) -> Option<String> {
        let Self { numbers, texts, floats } = self;
        Some(match call.clone() {
            Call::Get => told(numbers.get().await) + &told(numbers.clone().unreadable_as_absent().get().await),
            Call::GetOr(default) => told(numbers.get_or(default).await),
            Call::IsEmpty => told(numbers.is_empty().await),
            Call::Set(value) => told(numbers.set(value).await),
            Call::SetIfAbsent(value) => told(numbers.set_if_absent(value).await),
            Call::Replace(value) => told(numbers.replace(value).await),
            Call::CompareAndSet(old, new) => told(numbers.compare_and_set(old, new).await),
            Call::Increment(amount) => told(numbers.increment(amount).await),
            Call::Decrement(amount) => told(numbers.decrement(amount).await),
            Call::Update(amount) => {
                told(numbers.update(move |value| value.unwrap_or_default().wrapping_add(amount)).await)
            }
            Call::Take => told(numbers.take().await),
            Call::Clear => told(numbers.clear().await),
            Call::Text(text) => told(texts.set(text).await),
            Call::Float(float) => told(floats.replace(float).await) + &told(floats.increment(0.5).await),
            Call::SetFor(_) | Call::SetExpiry | Call::Persist | Call::Expiry => return None,
        })
    }
}

struct Objects {
    alone: Values<rediscache::OwnKey>,
    field: Values<InRecord>,
}

impl Objects {
    fn of(session: &RedisSession, name: &str) -> Self {
        let (alone, record) = (format!("{name}.alone"), format!("{name}.record"));
        let alone = Values {
            numbers: RedisValue::with_namespace(alone.as_str()).on(session),
            texts: RedisValue::with_namespace(alone.as_str()).on(session),
            floats: RedisValue::with_namespace(alone).on(session),
        };
        let field = Values {
            numbers: RedisValue::<i64>::in_record(record.as_str(), "field").on(session),
            texts: RedisValue::<String>::in_record(record.as_str(), "field").on(session),
            floats: RedisValue::<f64>::in_record(record, "field").on(session),
        };
        Self { alone, field }
    }

    async fn answer(&self, (is_field, call): &Step) -> String {
        let numbers = &self.alone.numbers;
        let answer = if *is_field { self.field.answer(call).await } else { self.alone.answer(call).await };
        match (answer, call) {
            (Some(answer), _) => answer,
            (None, Call::SetFor(value)) => told(numbers.set_for(*value, MINUTE).await),
            (None, Call::SetExpiry) => told(numbers.set_expiry(MINUTE).await),
            (None, Call::Persist) => told(numbers.persist().await),
            (None, _) => told(numbers.expiry().await.map(|left| left.is_some())),
        }
    }
}

async fn run(sessions: &[RedisSession; 2], steps: &[Step]) -> std::result::Result<(), TestCaseError> {
    // Fresh for each sequence, and cleared at its end.
    let name = support::namespace("model");
    let [memory, redis] = sessions.each_ref().map(|session| Objects::of(session, &name));
    for (at, step) in steps.iter().enumerate() {
        let (expected, answer) = (memory.answer(step).await, redis.answer(step).await);
        prop_assert_eq!(expected, answer, "memory and redis, at {} of {:?}", at, steps);
    }
    redis.alone.numbers.clear().await.and(redis.field.numbers.clear().await).unwrap();
    Ok(())
}

#[test]
fn both_stores_answer_alike_with_values() {
    let runtime = Runtime::new().unwrap();
    let sessions = runtime.block_on(async { [memory_session("model").await, redis_session("model").await] });
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&vec(step(), 1..40), |steps| runtime.block_on(run(&sessions, &steps)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
