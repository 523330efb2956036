//! Random calls on locks, on both stores at once: who has each, and in which order numbers are given, is the same.

use std::collections::HashMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use proptest::{prop_assert, prop_assert_eq, prop_oneof};
use rediscache::{ErrorKind, LockGuard, RedisLock, RedisNamespaced, RedisSession, RedisTtlCache};
use support::{memory_session, namespace, redis_session};
use tokio::runtime::Runtime;

#[derive(RedisNamespaced)]
#[rediscache(namespace = "model.{}", per = "String")]
struct Model {
    #[rediscache(lease = "1h")]
    orders: RedisLock<u64>,
}

/// One call; keys and holders are few, so that calls meet.
#[derive(Clone, Debug)]
enum Call {
    /// Takes the lock of a key for a holder, who may have it already.
    Try(u64, usize),
    /// As one that waits for a moment.
    Wait(u64, usize),
    Release(u64, usize),
    Drop(u64, usize),
    /// Forgets the locks that nobody holds.
    Forget,
    /// Takes the lock away, as a failover may.
    Lose(u64),
    IsHeld(u64, usize),
}

fn call() -> impl Strategy<Value = Call> {
    let at = || (0..3_u64, 0..2_usize);
    prop_oneof![
        5 => at().prop_map(|(key, holder)| Call::Try(key, holder)),
        1 => at().prop_map(|(key, holder)| Call::Wait(key, holder)),
        3 => at().prop_map(|(key, holder)| Call::Release(key, holder)),
        1 => at().prop_map(|(key, holder)| Call::Drop(key, holder)),
        1 => Just(Call::Forget),
        1 => (0..3_u64).prop_map(Call::Lose),
        2 => at().prop_map(|(key, holder)| Call::IsHeld(key, holder)),
    ]
}

/// What a call came to, as far as both stores must agree.
#[derive(Debug, PartialEq)]
enum Answer {
    Is(bool),
    Released(Option<ErrorKind>),
    Nothing,
}

/// The locks of one store, and who holds which by a guard.
struct Locks {
    name: String,
    session: RedisSession,
    guards: HashMap<(u64, usize), LockGuard>,
    /// The greatest number given for each key.
    fences: HashMap<u64, u64>,
}

impl Locks {
    fn orders(&self) -> RedisLock<u64> {
        Model::on(&self.session).of(&self.name).orders()
    }

    async fn answer(&mut self, call: &Call) -> Result<Answer, TestCaseError> {
        Ok(match *call {
            Call::Try(key, holder) => {
                let taken = self.orders().try_acquire(key).await.unwrap();
                self.take(key, holder, taken)?
            }
            Call::Wait(key, holder) => {
                let taken = self.orders().acquire_timeout(key, Duration::from_millis(1)).await.unwrap();
                self.take(key, holder, taken)?
            }
            Call::Release(key, holder) => match self.guards.remove(&(key, holder)) {
                Some(guard) => Answer::Released(guard.release().await.err().map(|error| error.kind())),
                None => Answer::Nothing,
            },
            Call::Drop(key, holder) => {
                // In the background: whoever takes it next sees that it ends.
                if let Some(guard) = self.guards.remove(&(key, holder)) {
                    guard.release().await.ok();
                }
                Answer::Nothing
            }
            Call::Forget => {
                Model::on(&self.session).of(&self.name).clear_all().await.unwrap();
                Answer::Nothing
            }
            Call::Lose(key) => {
                let entry =
                    RedisTtlCache::<u64, u64>::with_namespace(self.orders().namespace(), Duration::from_secs(60));
                entry.on(&self.session).delete(key).await.unwrap();
                Answer::Nothing
            }
            Call::IsHeld(key, holder) => Answer::Is(self.guards.get(&(key, holder)).is_some_and(LockGuard::is_held)),
        })
    }

    fn take(&mut self, key: u64, holder: usize, taken: Option<LockGuard>) -> Result<Answer, TestCaseError> {
        let Some(guard) = taken else { return Ok(Answer::Is(false)) };
        let last = self.fences.insert(key, guard.fence()).unwrap_or_default();
        prop_assert!(guard.fence() > last, "{} after {}", guard.fence(), last);
        // One that was held before and lost goes with its guard.
        self.guards.insert((key, holder), guard);
        Ok(Answer::Is(true))
    }
}

async fn run(sessions: &[RedisSession; 2], calls: &[Call]) -> Result<(), TestCaseError> {
    let [mut memory, mut redis] = sessions.each_ref().map(|session| {
        let (guards, fences) = Default::default();
        Locks { name: namespace("model"), session: session.clone(), guards, fences }
    });
    for (at, call) in calls.iter().enumerate() {
        let (expected, answer) = (memory.answer(call).await?, redis.answer(call).await?);
        prop_assert_eq!(expected, answer, "memory and redis, at {} of {:?}", at, calls);
    }
    Ok(())
}

#[test]
fn both_stores_answer_alike_with_locks() {
    let runtime = Runtime::new().unwrap();
    let sessions = runtime.block_on(async { [memory_session("model").await, redis_session("model").await] });
    let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&vec(call(), 1..40), |calls| runtime.block_on(run(&sessions, &calls)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
