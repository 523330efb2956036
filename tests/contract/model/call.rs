use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;
use rediscache::{RedisCache, RedisSession, Result};
use support::poke;

use super::Sample;

/// One call with its arguments; keys are few, so that calls meet.
#[derive(Clone, Debug)]
pub(super) enum Call<V> {
    Get(u64),
    GetOr(u64, V),
    Contains(u64),
    Set(u64, V),
    SetIfAbsent(u64, V),
    Delete(u64),
    Pop(u64),
    PopOr(u64, V),
    Replace(u64, V),
    CompareAndSet(u64, V, V),
    CompareAndDelete(u64, V),
    Increment(u64, V),
    Decrement(u64, V),
    Update(Vec<(u64, V)>),
    GetMany(Vec<u64>),
    DeleteMany(Vec<u64>),
    ReplaceAll(Vec<(u64, V)>),
    Look(Look),
    SetExpiry(Duration),
    SetExpiryAt(SystemTime),
    Persist,
    Clear,
    /// Not a call of the crate: somebody else writes these bytes as a value, or as a key.
    Poke(u64, &'static [u8]),
    PokeKey(&'static [u8]),
}

/// Calls without arguments that change nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    Items,
    Keys,
    Values,
    ToMap,
    Scan,
    Len,
    IsEmpty,
    Expiry,
    Section,
}

const FORMS: [&[u8]; 20] = [
    b"s|text",
    b"",
    b"\xff",
    b"i|007",
    b"i| 1_0 ",
    b"i|-0",
    b"f|3",
    b"f|2.50",
    b"f|1E5",
    b"f|nan",
    b"f|-inf",
    b"b|1",
    b"c|\x01\x05",
    b"i|1x",
    b"i|+00000000000000000000300",
    b"i|340282366920938463463374607431768211455",
    b"i|-9223372036854775809",
    b"i|999999999999999999999999999999999999999999",
    b"f|.5",
    b"f|1e400",
];

pub(super) fn call<V: Sample>(value: impl Strategy<Value = V> + Clone + 'static) -> impl Strategy<Value = Call<V>> {
    let (key, v) = (0..4_u64, value);
    let pairs = vec((key.clone(), v.clone()), 0..4);
    let looks = vec![Look::Items, Look::Keys, Look::Values, Look::ToMap, Look::Scan, Look::Len, Look::IsEmpty];
    let looks = [looks, vec![Look::Expiry, Look::Section]].concat();
    let durations = vec![Duration::ZERO, Duration::from_secs(3600), Duration::from_secs(7200), Duration::MAX];
    let now = SystemTime::now();
    let times = vec![SystemTime::UNIX_EPOCH, now - Duration::from_secs(5), now + Duration::from_secs(3600)];
    let of_entries = prop_oneof![
        3 => key.clone().prop_map(Call::Get),
        1 => (key.clone(), v.clone()).prop_map(|(key, value)| Call::GetOr(key, value)),
        1 => key.clone().prop_map(Call::Contains),
        4 => (key.clone(), v.clone()).prop_map(|(key, value)| Call::Set(key, value)),
        2 => (key.clone(), v.clone()).prop_map(|(key, value)| Call::SetIfAbsent(key, value)),
        2 => key.clone().prop_map(Call::Delete),
        2 => key.clone().prop_map(Call::Pop),
        1 => (key.clone(), v.clone()).prop_map(|(key, value)| Call::PopOr(key, value)),
        2 => (key.clone(), v.clone()).prop_map(|(key, value)| Call::Replace(key, value)),
    ];
    let of_values = prop_oneof![
        3 => (key.clone(), v.clone(), v.clone()).prop_map(|(key, old, new)| Call::CompareAndSet(key, old, new)),
        2 => (key.clone(), v.clone()).prop_map(|(key, old)| Call::CompareAndDelete(key, old)),
        5 => (key.clone(), v.clone()).prop_map(|(key, amount)| Call::Increment(key, amount)),
        4 => (key.clone(), v).prop_map(|(key, amount)| Call::Decrement(key, amount)),
        4 => (key.clone(), proptest::sample::select(&FORMS[..])).prop_map(|(key, form)| Call::Poke(key, form)),
        1 => proptest::sample::select(&FORMS[..3]).prop_map(Call::PokeKey),
    ];
    let of_all = prop_oneof![
        2 => pairs.clone().prop_map(Call::Update),
        2 => vec(key.clone(), 0..5).prop_map(Call::GetMany),
        1 => vec(key, 0..5).prop_map(Call::DeleteMany),
        1 => pairs.prop_map(Call::ReplaceAll),
        6 => proptest::sample::select(looks).prop_map(Call::Look),
        1 => proptest::sample::select(durations).prop_map(Call::SetExpiry),
        1 => proptest::sample::select(times).prop_map(Call::SetExpiryAt),
        1 => Just(Call::Persist),
        1 => Just(Call::Clear),
    ];
    prop_oneof![2 => of_entries, 2 => of_values, 1 => of_all]
}

/// What can be compared of an answer.
fn told(answer: Result<impl Debug>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{:?} in {}", error.kind(), error.operation()),
    }
}

/// The same for answers in no order.
fn told_sorted<T: Debug>(answer: Result<impl IntoIterator<Item = T>>) -> String {
    told(answer.map(|items| {
        let mut items: Vec<_> = items.into_iter().map(|item| format!("{item:?}")).collect();
        items.sort();
        items
    }))
}

impl<V: Sample> Call<V> {
    /// Makes the call, and tells the answer in a form that can be compared.
    pub(super) async fn on(&self, session: &RedisSession, cache: &RedisCache<u64, V>) -> String {
        let on = cache.on(session);
        match self {
            Self::Get(key) => told(on.get(key).await),
            Self::GetOr(key, default) => told(on.get_or(key, default).await),
            Self::Contains(key) => told(on.contains(key).await),
            Self::Set(key, value) => told(on.set(key, value).await),
            Self::SetIfAbsent(key, value) => told(on.set_if_absent(key, value).await),
            Self::Delete(key) => told(on.delete(key).await),
            Self::Pop(key) => told(on.pop(key).await),
            Self::PopOr(key, default) => told(on.pop_or(key, default).await),
            Self::Replace(key, value) => told(on.replace(key, value).await),
            Self::CompareAndSet(key, old, new) => told(on.compare_and_set(key, old, new).await),
            Self::CompareAndDelete(key, old) => told(on.compare_and_delete(key, old).await),
            Self::Increment(key, amount) => told(on.increment(key, amount).await),
            Self::Decrement(key, amount) => told(on.decrement(key, amount).await),
            Self::Update(pairs) => told(on.update(pairs.clone()).await),
            Self::GetMany(keys) => told(on.get_many(keys).await),
            Self::DeleteMany(keys) => told(on.delete_many(keys).await),
            Self::ReplaceAll(pairs) => told(on.replace_all(pairs.clone()).await),
            Self::Look(look) => look.at(&on).await,
            Self::SetExpiry(after) => told(on.set_expiry(*after).await),
            Self::SetExpiryAt(at) => told(on.set_expiry_at(*at).await),
            Self::Persist => told(on.persist().await),
            Self::Clear => told(on.clear().await),
            Self::Poke(key, value) => {
                poke(session, cache.namespace(), format!("i|{key}"), value).await;
                String::new()
            }
            Self::PokeKey(key) => {
                poke(session, cache.namespace(), key, "i|1").await;
                String::new()
            }
        }
    }
}

impl Look {
    async fn at<V: Sample>(self, cache: &RedisCache<u64, V>) -> String {
        match self {
            Self::Items => told_sorted(cache.items().await),
            Self::Keys => told_sorted(cache.keys().await),
            Self::Values => told_sorted(cache.values().await),
            Self::ToMap => told_sorted(cache.to_map().await),
            Self::Scan => told_sorted(Ok(cache.scan().map(told).collect::<Vec<_>>().await)),
            Self::Len => told(cache.len().await),
            Self::IsEmpty => told(cache.is_empty().await),
            // In hours: time goes on between two calls.
            Self::Expiry => {
                told(cache.expiry().await.map(|left| left.map(|left| left.as_secs().div_ceil(3600).min(10))))
            }
            Self::Section => told(cache.section().await.map(drop)),
        }
    }
}
