//! Calls on entries that live for a time, and a model of a few lines that says what they come to.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;
use rediscache::{RedisCache, RedisSession, RedisTtlCache};

use super::load::Rest;

pub(super) const TTL: Duration = Duration::from_secs(3600);

/// One call with its arguments; keys are few, so that calls meet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    Get(u64),
    GetMany(u64, u64),
    Contains(u64),
    Expiry(u64),
    Scan,
    Set(u64, i64),
    SetFor(u64, i64, u64),
    SetMany(u64, u64, i64),
    SetIfAbsent(u64, i64),
    Replace(u64, i64),
    CompareAndSet(u64, i64, i64),
    CompareAndDelete(u64, i64),
    Pop(u64),
    Delete(u64),
    DeleteMany(u64, u64),
    Increment(u64, i64),
    Touch(u64),
    Expire(u64, u64),
    Clear,
    /// Not a call of the type: the value goes stale.
    GoStale(u64),
    /// Nor this: someone begins to load, where no value is.
    Lease(u64),
    /// Nor this: so many seconds go by, where they can.
    Wait(u64),
}

pub(super) fn call() -> impl Strategy<Value = Call> {
    let (key, _, seconds) = parts();
    let reads = prop_oneof![
        3 => key.clone().prop_map(Call::Get),
        1 => (key.clone(), key.clone()).prop_map(|(one, other)| Call::GetMany(one, other)),
        1 => key.clone().prop_map(Call::Contains),
        2 => key.clone().prop_map(Call::Expiry),
        1 => Just(Call::Scan),
    ];
    let others = prop_oneof![
        1 => key.clone().prop_map(Call::GoStale),
        1 => key.prop_map(Call::Lease),
        2 => seconds.prop_map(Call::Wait),
    ];
    prop_oneof![4 => reads, 8 => write(), 4 => others]
}

/// A key, a value, and how long something takes: whole minutes, so that what goes by between two calls does not count.
fn parts()
-> (impl Strategy<Value = u64> + Clone, impl Strategy<Value = i64> + Clone, impl Strategy<Value = u64> + Clone) {
    (0..4_u64, -3..3_i64, (1..100_u64).prop_map(|minutes| 60 * minutes))
}

/// Any call of the type that writes.
pub(super) fn write() -> impl Strategy<Value = Call> {
    let (key, value, seconds) = parts();
    let writes = prop_oneof![
        3 => (key.clone(), value.clone()).prop_map(|(key, value)| Call::Set(key, value)),
        1 => (key.clone(), value.clone(), seconds.clone()).prop_map(|(key, value, life)| Call::SetFor(key, value, life)),
        1 => (key.clone(), key.clone(), value.clone()).prop_map(|(one, other, value)| Call::SetMany(one, other, value)),
        2 => (key.clone(), value.clone()).prop_map(|(key, value)| Call::SetIfAbsent(key, value)),
        2 => (key.clone(), value.clone()).prop_map(|(key, value)| Call::Replace(key, value)),
        2 => (key.clone(), value.clone(), value.clone()).prop_map(|(key, old, new)| Call::CompareAndSet(key, old, new)),
        1 => (key.clone(), value.clone()).prop_map(|(key, old)| Call::CompareAndDelete(key, old)),
        3 => (key.clone(), value).prop_map(|(key, amount)| Call::Increment(key, amount)),
    ];
    let ends = prop_oneof![
        1 => key.clone().prop_map(Call::Pop),
        1 => key.clone().prop_map(Call::Delete),
        1 => (key.clone(), key.clone()).prop_map(|(one, other)| Call::DeleteMany(one, other)),
        2 => key.clone().prop_map(Call::Touch),
        2 => (key, seconds).prop_map(|(key, life)| Call::Expire(key, life)),
        1 => Just(Call::Clear),
    ];
    prop_oneof![2 => writes, 1 => ends]
}

/// What is kept, and until when; the rest of the world's time is `now`.
#[derive(Default)]
pub(super) struct Model {
    pub(super) now: Duration,
    pub(super) entries: BTreeMap<u64, (i64, Duration)>,
    pub(super) stale: Duration,
    /// Whether entries are loaded ahead of their ends.
    pub(super) is_eager: bool,
    /// How long a loader takes.
    pub(super) takes: Duration,
    /// Where loaders failed beside what is there now.
    pub(super) rests: BTreeMap<u64, Rest>,
    /// How often each key was written.
    pub(super) written: BTreeMap<u64, u64>,
}

impl Model {
    fn fresh(&self, key: u64) -> Option<i64> {
        self.entries.get(&key).filter(|(_, end)| *end > self.now + self.stale).map(|(value, _)| *value)
    }

    /// So much time goes by.
    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.entries.retain(|_, (_, end)| *end > self.now);
        self.rests.retain(|key, _| self.entries.contains_key(key));
    }

    fn note_write(&mut self, key: u64) {
        *self.written.entry(key).or_default() += 1;
        self.rests.remove(&key);
    }

    pub(super) fn store(&mut self, key: u64, value: i64, fresh: Duration) {
        self.note_write(key);
        self.entries.insert(key, (value, self.now + fresh + self.stale));
    }

    fn live(&mut self, key: u64, fresh: Duration) -> bool {
        let value = self.fresh(key);
        value.map(|value| self.store(key, value, fresh)).is_some()
    }

    fn delete(&mut self, key: u64) -> bool {
        let was_fresh = self.fresh(key).is_some();
        self.entries.remove(&key);
        self.note_write(key);
        was_fresh
    }

    pub(super) fn answer(&mut self, call: Call) -> String {
        let seconds = Duration::from_secs;
        match call {
            Call::Get(key) => format!("{:?}", self.fresh(key)),
            Call::GetMany(one, other) => format!("{:?}", [self.fresh(one), self.fresh(other)]),
            Call::Contains(key) => self.fresh(key).is_some().to_string(),
            Call::Expiry(key) => {
                let left = self.fresh(key).map(|_| self.entries[&key].1 - self.now - self.stale);
                format!("{:?}", left.map(|left| left.as_secs() / 60))
            }
            Call::Scan => format!("{:?}", (0..4).filter_map(|key| Some((key, self.fresh(key)?))).collect::<Vec<_>>()),
            Call::Set(key, value) => format!("{:?}", self.store(key, value, TTL)),
            Call::SetFor(key, value, life) => format!("{:?}", self.store(key, value, seconds(life))),
            Call::SetMany(one, other, value) => {
                self.store(one, value, TTL);
                format!("{:?}", self.store(other, value + 1, TTL))
            }
            Call::SetIfAbsent(key, value) => {
                let is_absent = self.fresh(key).is_none();
                if is_absent {
                    self.store(key, value, TTL);
                }
                is_absent.to_string()
            }
            Call::Replace(key, value) => {
                let before = self.fresh(key);
                self.store(key, value, TTL);
                format!("{before:?}")
            }
            Call::CompareAndSet(key, old, new) => {
                let is_equal = self.fresh(key) == Some(old);
                if is_equal {
                    self.store(key, new, TTL);
                }
                is_equal.to_string()
            }
            Call::CompareAndDelete(key, old) => (self.fresh(key) == Some(old) && self.delete(key)).to_string(),
            Call::Pop(key) => {
                let value = self.fresh(key);
                self.delete(key);
                format!("{value:?}")
            }
            Call::Delete(key) => self.delete(key).to_string(),
            Call::DeleteMany(one, other) => (u64::from(self.delete(one)) + u64::from(self.delete(other))).to_string(),
            Call::Increment(key, amount) => {
                match self.fresh(key) {
                    Some(value) => {
                        self.note_write(key);
                        self.entries.get_mut(&key).unwrap().0 = value + amount;
                    }
                    None => self.store(key, amount, TTL),
                }
                self.entries[&key].0.to_string()
            }
            Call::Touch(key) => self.live(key, TTL).to_string(),
            Call::Expire(key, life) => self.live(key, seconds(life)).to_string(),
            Call::Clear => {
                for key in 0..4 {
                    self.delete(key);
                }
                String::from("()")
            }
            Call::GoStale(key) => {
                self.live(key, Duration::ZERO);
                String::new()
            }
            Call::Lease(_) => String::new(),
            Call::Wait(wait) => {
                self.pass(seconds(wait));
                String::new()
            }
        }
    }
}

/// Makes the call, and tells the answer in a form that can be compared.
pub(super) async fn answer_of(
    call: Call,
    cache: &RedisTtlCache<u64, i64>,
    session: &RedisSession,
) -> rediscache::Result<String> {
    let seconds = Duration::from_secs;
    Ok(match call {
        Call::Get(key) => format!("{:?}", cache.get(key).await?),
        Call::GetMany(one, other) => format!("{:?}", cache.get_many([one, other]).await?),
        Call::Contains(key) => cache.contains(key).await?.to_string(),
        // In minutes: time goes on between two calls.
        Call::Expiry(key) => {
            let left = cache.expiry(key).await?;
            format!("{:?}", left.map(|left| (left.as_secs() + 30) / 60))
        }
        Call::Scan => {
            let mut entries: Vec<_> = cache.scan().try_collect().await?;
            entries.sort_unstable();
            entries.dedup();
            format!("{entries:?}")
        }
        Call::Set(key, value) => format!("{:?}", cache.set(key, value).await?),
        Call::SetFor(key, value, life) => format!("{:?}", cache.set_for(key, value, seconds(life)).await?),
        Call::SetMany(one, other, value) => format!("{:?}", cache.set_many([(one, value), (other, value + 1)]).await?),
        Call::SetIfAbsent(key, value) => cache.set_if_absent(key, value).await?.to_string(),
        Call::Replace(key, value) => format!("{:?}", cache.replace(key, value).await?),
        Call::CompareAndSet(key, old, new) => cache.compare_and_set(key, old, new).await?.to_string(),
        Call::CompareAndDelete(key, old) => cache.compare_and_delete(key, old).await?.to_string(),
        Call::Pop(key) => format!("{:?}", cache.pop(key).await?),
        Call::Delete(key) => cache.delete(key).await?.to_string(),
        Call::DeleteMany(one, other) => cache.delete_many([one, other]).await?.to_string(),
        Call::Increment(key, amount) => cache.increment(key, amount).await?.to_string(),
        Call::Touch(key) => cache.touch(key).await?.to_string(),
        Call::Expire(key, life) => cache.expire(key, seconds(life)).await?.to_string(),
        Call::Clear => format!("{:?}", cache.clear().await?),
        Call::GoStale(key) => {
            cache.expire(key, Duration::ZERO).await?;
            while cache.contains(key).await? {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            String::new()
        }
        Call::Lease(key) => {
            // A hash where no string is, as the lease of who loads.
            let at = format!("{}:i|{key}", cache.namespace());
            if cache.clone().stale(Duration::ZERO).get(key).await?.is_none() {
                RedisCache::<u64, u64>::with_namespace(at).on(session).set(1, 1).await?;
            }
            String::new()
        }
        Call::Wait(wait) => {
            tokio::time::sleep(seconds(wait)).await;
            String::new()
        }
    })
}
