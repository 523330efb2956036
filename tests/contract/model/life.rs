//! Random calls on entries that live for a time, loads among them, against a model: on the embedded store with the clock paused,
//! so that time goes on by itself, and on a server, where entries go stale and time else stands still.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{prop_assert_eq, prop_oneof};
use rediscache::{RedisSession, RedisTtlCache};
use support::{memory_session, redis_session, url};
use tokio::runtime::Runtime;

use super::load::{EAGER, Load, RETRY, load};
use super::ttl::{Call, Model, TTL, answer_of, call};

const STALE: Duration = Duration::from_secs(1800);

/// Long enough for a lease to be renewed many times.
const LOAD: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug)]
enum Step {
    Call(Call),
    Load(Load),
}

/// How a cache is declared, and how long its loaders take.
#[derive(Clone, Copy, Debug)]
struct Declared {
    stale: Duration,
    is_eager: bool,
    takes: Duration,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![3 => call().prop_map(Step::Call), 2 => load().prop_map(Step::Load)]
}

async fn run(
    session: &RedisSession,
    Declared { stale, is_eager, takes }: Declared,
    steps: &[Step],
    is_over: &impl AsyncFn(&str) -> bool,
) -> Result<(), TestCaseError> {
    // Fresh for each sequence, and cleared at its end.
    let cache = RedisTtlCache::<u64, i64>::with_namespace(support::namespace("model"), TTL).stale(stale);
    let cache = cache.retry_after(RETRY).load_timeout(2 * LOAD).on(session);
    let cache = if is_eager { cache.eager(EAGER) } else { cache };
    let mut model = Model { stale, is_eager, takes, ..Model::default() };
    let at_store = async |key| is_over(&format!("{}:i|{key}", cache.key().unwrap())).await;
    for (at, &step) in steps.iter().enumerate() {
        let failed = |error: rediscache::Error| TestCaseError::fail(error.to_string());
        match step {
            Step::Call(call) => {
                let expected = model.answer(call);
                let answer = answer_of(call, &cache, session).await.map_err(failed)?;
                prop_assert_eq!(expected, answer, "{:?}, at {} of {:?}", call, at, steps);
            }
            Step::Load(load) => {
                let outcome = super::load::call(load, (&cache, session), &model, &at_store).await.map_err(failed)?;
                model.check(load, &outcome).map_err(|error| {
                    TestCaseError::fail(format!("{error}: {load:?} came to {outcome:?}, at {at} of {steps:?}"))
                })?;
            }
        }
    }
    cache.clear().await.unwrap();
    Ok(())
}

fn check(
    sequences: u32,
    (runtime, session): (&Runtime, &RedisSession),
    declared: &[Declared],
    is_wanted: fn(&Call) -> bool,
    is_over: &impl AsyncFn(&str) -> bool,
) {
    for &declared in declared {
        let config = Config { cases: sequences, failure_persistence: None, ..Config::default() };
        let is_wanted = move |step: &Step| !matches!(step, Step::Call(call) if !is_wanted(call));
        let steps = vec(step().prop_filter("it can be made", is_wanted), 1..40);
        let run = |steps: Vec<Step>| runtime.block_on(run(session, declared, &steps, is_over));
        TestRunner::new(config).run(&steps, run).unwrap_or_else(|failure| panic!("{declared:?}: {failure}"));
    }
}

const PLAIN: Declared = Declared { stale: Duration::ZERO, is_eager: false, takes: Duration::ZERO };

#[test]
fn entries_of_the_embedded_store_live_and_are_loaded_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let session = runtime.block_on(memory_session("model"));
    let declared = [
        PLAIN,
        Declared { stale: STALE, ..PLAIN },
        Declared { takes: LOAD, ..PLAIN },
        Declared { stale: STALE, takes: LOAD, ..PLAIN },
        Declared { is_eager: true, takes: LOAD, ..PLAIN },
        Declared { stale: STALE, is_eager: true, takes: LOAD },
    ];
    // The clock goes on when there is nothing else to do.
    let is_over = async |_: &str| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        true
    };
    check(300, (&runtime, &session), &declared, |_| true, &is_over);
}

#[test]
fn entries_on_a_server_live_and_are_loaded_as_the_model_says() {
    let runtime = Runtime::new().unwrap();
    let session = runtime.block_on(redis_session("model"));
    let declared = [PLAIN, Declared { stale: STALE, ..PLAIN }, Declared { is_eager: true, ..PLAIN }];
    let client = redis::Client::open(url()).unwrap();
    let raw = runtime.block_on(client.get_multiplexed_async_connection()).unwrap();
    let is_over = async |entry: &str| {
        let held = async |key: &str| {
            let held = redis::cmd("HEXISTS").arg(key).arg("token").query_async(&mut raw.clone()).await;
            // What is no hash is no lease.
            held.unwrap_or(false)
        };
        !held(entry).await && !held(&format!("{entry}$lease")).await
    };
    check(60, (&runtime, &session), &declared, |call| !matches!(call, Call::Wait(_)), &is_over);
}
