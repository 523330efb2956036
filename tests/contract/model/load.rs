//! What the model says of `get_or_load`, with a loader that brings this or that, and with a write in the middle.

use std::time::Duration;

use proptest::option;
use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;
use proptest::test_runner::TestCaseError;
use rediscache::{LoadError, Loaded, RedisSession, RedisTtlCache};
use tokio::sync::oneshot;

use super::ttl::{Call, Model, TTL, answer_of, write};

/// From this part of its life on, an entry may be loaded ahead, where it is.
pub(super) const EAGER: f64 = 0.5;

/// How long no loader is asked again, and at the most.
pub(super) const RETRY: Duration = Duration::from_secs(25);
const LONGEST: Duration = Duration::from_secs(60);

/// How long it may take until what is under way is over.
const PATIENCE: Duration = Duration::from_secs(30);

/// One call, with a write while its loader is at work, if one is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    key: u64,
    brings: Brings,
    write: Option<Call>,
}

/// What a loader comes to.
#[derive(Clone, Copy, Debug)]
enum Brings {
    Value(i64),
    /// To live for so many seconds.
    Living(i64, u64),
    Unstored(i64),
    Failure,
}

/// A loader that failed beside a stale value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    failures: u32,
    /// Until when none is asked.
    until: Duration,
    /// Until when the next failure is one in a row.
    known: Duration,
}

pub(super) fn load() -> impl Strategy<Value = Load> {
    let (value, minutes) = (-3..3_i64, 1..100_u64);
    let brings = prop_oneof![
        4 => value.clone().prop_map(Brings::Value),
        2 => (value.clone(), minutes).prop_map(|(value, minutes)| Brings::Living(value, 60 * minutes)),
        1 => value.prop_map(Brings::Unstored),
        2 => Just(Brings::Failure),
    ];
    let load = (0..4_u64, brings, option::weighted(0.4, write()));
    load.prop_map(|(key, brings, write)| Load { key, brings, write })
}

/// What came of a call.
#[derive(Debug)]
pub(super) struct Outcome {
    answer: Result<i64, String>,
    /// Whether the loader was asked, and what the write came to then.
    asked: bool,
    write: Option<String>,
}

impl Model {
    /// Compares what came of a call with what must have come.
    pub(super) fn check(&mut self, load: Load, outcome: &Outcome) -> Result<(), TestCaseError> {
        let Load { key, brings, write } = load;
        let entry = self.kept(key);
        let must = self.must_load(key);
        if must.is_some_and(|must| must != outcome.asked) {
            return fail(format!("the loader was asked: {}, of {entry:?} at {:?}", outcome.asked, self.now));
        }
        let mut is_overtaken = false;
        if outcome.asked {
            let expected = write.map(|write| {
                let before = self.written.get(&key).copied();
                let answer = self.answer(write);
                is_overtaken = before != self.written.get(&key).copied();
                answer
            });
            if expected != outcome.write {
                return fail(format!("the write came to {:?} and not to {expected:?}", outcome.write));
            }
            self.pass(self.takes);
            // A value that has ended takes the lease beside it along.
            let stands = !is_overtaken && (entry.is_none() || self.kept(key).is_some());
            if stands {
                self.bring(key, brings, entry.is_some());
            }
        }
        let expected = match (entry, brings) {
            (Some((value, _)), _) => Ok(value),
            (None, Brings::Value(value) | Brings::Living(value, _) | Brings::Unstored(value)) => Ok(value),
            (None, Brings::Failure) => Err("failed".to_owned()),
        };
        if expected != outcome.answer {
            return fail(format!("the answer was not {expected:?}"));
        }
        Ok(())
    }

    /// What is there, stale or not.
    fn kept(&self, key: u64) -> Option<(i64, Duration)> {
        self.entries.get(&key).copied().filter(|(_, end)| *end > self.now)
    }

    /// Whether the loader is asked; `None` where chance says that.
    fn must_load(&self, key: u64) -> Option<bool> {
        let Some((_, end)) = self.kept(key) else { return Some(true) };
        let left = end.saturating_sub(self.now + self.stale);
        if left.is_zero() {
            return Some(self.rests.get(&key).is_none_or(|rest| rest.until <= self.now));
        }
        (!self.is_eager || left > TTL.mul_f64(1.0 - EAGER)).then_some(false)
    }

    fn bring(&mut self, key: u64, brings: Brings, has_value: bool) {
        match brings {
            Brings::Value(value) => self.store(key, value, TTL),
            Brings::Living(value, seconds) => self.store(key, value, Duration::from_secs(seconds)),
            Brings::Unstored(_) => drop(self.rests.remove(&key)),
            Brings::Failure if has_value => {
                let failures =
                    self.rests.get(&key).filter(|rest| rest.known > self.now).map_or(0, |rest| rest.failures);
                let pause = RETRY.saturating_mul(1 << failures.min(10)).min(LONGEST);
                let until = self.now + pause;
                self.rests.insert(key, Rest { failures: failures + 1, until, known: until + LONGEST });
            }
            Brings::Failure => {}
        }
    }
}

fn fail(reason: String) -> Result<(), TestCaseError> {
    Err(TestCaseError::fail(reason))
}

/// Makes the call, whose loader takes so long, and waits until all that it began is over, which `is_over` says of the store.
pub(super) async fn call(
    load: Load,
    (cache, session): (&RedisTtlCache<u64, i64>, &RedisSession),
    model: &Model,
    is_over: &impl AsyncFn(u64) -> bool,
) -> rediscache::Result<Outcome> {
    let began = std::time::Instant::now();
    loop {
        let outcome = call_once(load, (cache, session), model.takes).await?;
        let waited = async {
            while !is_over(load.key).await {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.expect("loads come to an end");
        // Who loaded before may not have left yet: then it is not noted in this process that another may load ahead.
        let is_missed = !outcome.asked && outcome.answer.is_ok() && model.must_load(load.key) == Some(true);
        if !is_missed || began.elapsed() > PATIENCE {
            return Ok(outcome);
        }
    }
}

async fn call_once(
    load: Load,
    (cache, session): (&RedisTtlCache<u64, i64>, &RedisSession),
    takes: Duration,
) -> rediscache::Result<Outcome> {
    let ((begun, has_begun), (go, may_go), (ended, has_ended)) =
        (oneshot::channel(), oneshot::channel::<()>(), oneshot::channel::<()>());
    let brings = load.brings;
    let asking = tokio::spawn(cache.get_or_load(load.key, move || async move {
        let (_ended, _) = (ended, begun.send(()));
        let _ = may_go.await;
        tokio::time::sleep(takes).await;
        match brings {
            Brings::Value(value) => Ok(Loaded::from(value)),
            Brings::Living(value, seconds) => Ok(Loaded::living(value, Duration::from_secs(seconds))),
            Brings::Unstored(value) => Ok(Loaded::unstored(value)),
            Brings::Failure => Err("failed"),
        }
    }));
    // One that is never asked is dropped.
    let asked = has_begun.await.is_ok();
    let mut written = None;
    if asked {
        if let Some(write) = load.write {
            written = Some(answer_of(write, cache, session).await?);
        }
        let _ = go.send(());
        let _ = has_ended.await;
    }
    let answer = asking.await.expect("nothing panics").map_err(|error| match error {
        LoadError::Load(error) => (*error).to_owned(),
        LoadError::Cache(error) => error.to_string(),
    });
    Ok(Outcome { answer, asked, write: written })
}
