//! Random sequences of calls, on both stores at once: every answer and what is stored at the end are the same.

mod call;
mod life;
mod load;
mod lock;
mod member;
mod ttl;
mod value;

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use rediscache::{Number, RedisCache, RedisSession};
use serde::Serialize;
use serde::de::DeserializeOwned;
use support::{memory_session, peek_all, redis_session};
use tokio::runtime::Runtime;

use call::{Call, call};

trait Sample: Number + Serialize + DeserializeOwned + Clone + Debug + Send + 'static {}

impl<T: Number + Serialize + DeserializeOwned + Clone + Debug + Send + 'static> Sample for T {}

async fn run<V: Sample>(sessions: &[RedisSession; 2], calls: &[Call<V>]) -> Result<(), TestCaseError> {
    // Fresh for each sequence, and cleared at its end.
    let name = support::namespace("model");
    let [memory, redis] = sessions;
    let cache = RedisCache::<u64, V>::with_namespace(name.clone());
    for (at, call) in calls.iter().enumerate() {
        let (expected, answer) = (call.on(memory, &cache).await, call.on(redis, &cache).await);
        prop_assert_eq!(expected, answer, "memory and redis, at {} of {:?}", at, calls);
    }
    let (expected, stored) = (peek_all(memory, &name).await, peek_all(redis, &name).await);
    prop_assert_eq!(expected, stored, "memory and redis, after {:?}", calls);
    let (expected, expiry) = (cache.on(memory).expiry().await, cache.on(redis).expiry().await);
    prop_assert_eq!(expected.unwrap().is_some(), expiry.unwrap().is_some(), "after {:?}", calls);
    cache.on(redis).clear().await.unwrap();
    Ok(())
}

fn check<V: Sample>(sequences: u32, value: impl Strategy<Value = V> + Clone + 'static) {
    let runtime = Runtime::new().unwrap();
    let sessions = runtime.block_on(async { [memory_session("model").await, redis_session("model").await] });
    let config = Config { cases: sequences, failure_persistence: None, ..Config::default() };
    let result =
        TestRunner::new(config).run(&vec(call(value), 1..40), |calls| runtime.block_on(run(&sessions, &calls)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn both_stores_answer_alike_with_i64() {
    let edges = prop_oneof![Just(0), Just(1), Just(-1), Just(i64::MAX), Just(i64::MIN), Just((1 << 53) + 1)];
    check(120, prop_oneof![edges, -5..5_i64, any::<i64>()]);
}

#[test]
fn both_stores_answer_alike_with_u8() {
    check(80, prop_oneof![any::<u8>(), 0..3_u8]);
}

#[test]
fn both_stores_answer_alike_with_u128() {
    let shifted = (any::<u128>(), 0..128).prop_map(|(n, shift)| n >> shift);
    check(80, prop_oneof![Just(0), Just(u128::MAX), shifted]);
}

#[test]
fn both_stores_answer_alike_with_f64() {
    let edges = prop_oneof![Just(0.0), Just(-0.0), Just(f64::MAX), Just(f64::INFINITY), Just(f64::NAN), Just(5e-324)];
    check(120, prop_oneof![edges, any::<u64>().prop_map(f64::from_bits), (-9..9).prop_map(|n| f64::from(n) / 10.0)]);
}

#[test]
fn both_stores_answer_alike_with_f32() {
    let edges = prop_oneof![Just(0.0), Just(f32::MAX), Just(f32::MIN), Just(f32::MIN_POSITIVE)];
    check(80, prop_oneof![edges, any::<u32>().prop_map(f32::from_bits), (-9..9_i8).prop_map(|n| f32::from(n) / 10.0)]);
}
