//! Numbers that all add to.

use std::collections::HashMap;
use std::time::Duration;

use rediscache::{RedisCache, Result};

use super::caller::{Caller, tell};
use crate::record::Record;

/// The counters: the first half go up, the others down.
pub(crate) const COUNTERS: u64 = 8;

/// Those from here on are floats, which hold whole numbers of this size exactly.
pub(crate) const FLOATS: u64 = 6;

pub(crate) const INTEGERS_AT: &str = "counters";
pub(crate) const FLOATS_AT: &str = "totals";

struct Counting {
    caller: Caller,
    integers: RedisCache<u64, i64>,
    floats: RedisCache<u64, f64>,
    /// What each was when it was last seen.
    seen: HashMap<u64, i64>,
}

pub(super) async fn work(caller: Caller) {
    let integers = RedisCache::new(INTEGERS_AT).on(&caller.session);
    let floats = RedisCache::new(FLOATS_AT).on(&caller.session);
    let mut counting = Counting { caller, integers, floats, seen: HashMap::new() };
    while counting.caller.goes_on().await {
        let counter = counting.caller.random.within(0..COUNTERS);
        if counting.caller.random.percent(80) {
            counting.add(counter).await;
        } else {
            counting.look(counter).await;
        }
    }
}

/// Adds so seldom that idle connections are closed meanwhile.
pub(super) async fn work_rarely(caller: Caller) {
    let integers = RedisCache::new(INTEGERS_AT).on(&caller.session);
    let floats = RedisCache::new(FLOATS_AT).on(&caller.session);
    let mut counting = Counting { caller, integers, floats, seen: HashMap::new() };
    while counting.caller.goes_on().await {
        let counter = counting.caller.random.within(0..COUNTERS);
        counting.add(counter).await;
        tokio::time::sleep(Duration::from_millis(counting.caller.random.within(500..2500))).await;
    }
}

impl Counting {
    async fn add(&mut self, counter: u64) {
        let size = i64::try_from(self.caller.random.within(1..1000)).unwrap_or(1);
        let up = counter < COUNTERS / 2;
        let amount = if up { size } else { -size };
        let (name, call) = if self.caller.random.percent(50) { ("increment", amount) } else { ("decrement", -amount) };
        tell(&Record::Add { counter, amount });
        let sum = if counter < FLOATS {
            let sum = if name == "increment" {
                self.integers.increment(counter, call)
            } else {
                self.integers.decrement(counter, call)
            };
            self.caller.call(name, sum).await
        } else {
            #[expect(clippy::cast_precision_loss, reason = "it is small")]
            let call = call as f64;
            let sum = if name == "increment" {
                self.floats.increment(counter, call)
            } else {
                self.floats.decrement(counter, call)
            };
            self.caller.call(name, whole(sum)).await
        };
        if let Some(sum) = sum {
            tell(&Record::Added { counter, amount });
            let least = self.seen.get(&counter).copied().unwrap_or(0) + amount;
            self.see(counter, sum, least);
        }
    }

    async fn look(&mut self, counter: u64) {
        let sum = if counter < FLOATS {
            self.caller.call("get_or", self.integers.get_or(counter, 0)).await
        } else {
            self.caller.call("get_or", whole(self.floats.get_or(counter, 0.0))).await
        };
        if let Some(sum) = sum {
            self.see(counter, sum, self.seen.get(&counter).copied().unwrap_or(0));
        }
    }

    /// A counter never goes back.
    fn see(&mut self, counter: u64, sum: i64, least: i64) {
        let forward = if counter < COUNTERS / 2 { sum >= least } else { sum <= least };
        self.caller.ensure(forward, || format!("counter {counter} is {sum}, and was to be at {least}"));
        self.seen.insert(counter, sum);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers are added")]
async fn whole(sum: impl Future<Output = Result<f64>>) -> Result<i64> {
    sum.await.map(|sum| sum as i64)
}
