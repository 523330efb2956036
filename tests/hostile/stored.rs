//! Fields, values and items that someone else stored, on every store.

use futures_util::StreamExt;
use rediscache::{
    ErrorKind, RedisCache, RedisQueue, RedisRanking, RedisSession, RedisSet, RedisTaskQueue, RedisValue, Result,
};
use support::{Random, Raw, RawBytes, contract, hostile_bytes, raw_cache};

use crate::{report, soon};

/// The rounds on each store. A round makes some thirty calls.
const ROUNDS: u64 = 400;

type Composite = (Vec<u64>, Option<String>);

/// What may become of a call on things like these.
fn check<T>(outcome: Result<T>) {
    if let Err(error) = outcome {
        let kind = error.kind();
        assert!(
            matches!(kind, ErrorKind::Decode | ErrorKind::NotANumber | ErrorKind::Overflow | ErrorKind::WrongType),
            "{error:?}"
        );
    }
}

contract! {
    async fn anything_stored_is_read_or_refused(session: RedisSession) {
        let (mut random, seed) = Random::seeded_by("REDISCACHE_HOSTILE_SEED");
        let mut cases = 0;
        for round in 0..ROUNDS {
            let bytes: Vec<Vec<u8>> = (0..6).map(|_| hostile_bytes(&mut random)).collect();
            let name = format!("round-{round}");
            soon(format!("round {round} of seed {seed}"), async {
                fill(&session, &name, &bytes).await;
                read_hash(&session, &name).await;
                read_items(&session, &name, &bytes).await;
                read_members(&session, &name, &bytes).await;
                read_values(&session, &name, &bytes).await;
            }).await;
            cases += bytes.len() * 4;
        }
        report(&format!("stored={cases} rounds={ROUNDS} seed={seed}"));
    }
}

async fn fill(session: &RedisSession, name: &str, bytes: &[Vec<u8>]) {
    let pairs =
        bytes.iter().zip(bytes.iter().rev()).map(|(field, value)| (RawBytes::from(field), RawBytes::from(value)));
    raw_cache(session, name).update(pairs).await.unwrap();
    // A value that cannot be read, at a key that can.
    raw_cache(session, name).set(RawBytes::from("i|7"), RawBytes::from(&bytes[0])).await.unwrap();
}

macro_rules! read_the_hash {
    ($session:expr, $name:expr, $key:ty, $value:ty, $at:expr, $one:expr, $other:expr) => {
        let (cache, at) = (RedisCache::<$key, $value>::with_namespace($name).on($session), $at);
        check(cache.get(&at).await);
        check(cache.get_or(&at, $one).await);
        check(cache.contains(&at).await);
        check(cache.get_many([&at, &at]).await);
        check(cache.items().await);
        check(cache.keys().await);
        check(cache.values().await);
        check(cache.to_map().await);
        cache.scan().for_each(async |entry| check(entry)).await;
        check(cache.increment(&at, $one).await);
        check(cache.compare_and_set(&at, $one, $other).await);
        check(cache.replace(&at, $other).await);
        check(cache.pop(&at).await);
    };
}

async fn read_hash(session: &RedisSession, name: &str) {
    read_the_hash!(session, name, u64, i64, 7, 1, 2);
    read_the_hash!(session, name, String, f64, String::new(), 0.5, 1.5);
    let cache = RedisCache::<u64, Composite>::with_namespace(name).on(session);
    check(cache.get(7).await);
    check(cache.to_map().await);
}

/// Takes what cannot be read, which becomes dead letters, and what can.
async fn read_items(session: &RedisSession, name: &str, bytes: &[Vec<u8>]) {
    let (list, tasks) = (format!("{name}-list"), format!("{name}-tasks"));
    for name in [&list, &tasks] {
        let raw = RedisQueue::<RawBytes, Raw>::with_namespace(name.as_str()).on(session);
        raw.put_many(bytes.iter().map(RawBytes::from)).await.unwrap();
    }
    let queue = RedisQueue::<u64>::with_namespace(list).on(session);
    for _ in bytes {
        check(queue.try_get().await);
    }
    check(queue.drain().next().await.transpose());
    let tasks = RedisTaskQueue::<Composite>::with_namespace(tasks).on(session);
    for _ in bytes {
        match tasks.try_get().await {
            Ok(Some(task)) => task.finalize().await.unwrap(),
            other => check(other),
        }
    }
    check(tasks.pending().await);
    let mut letters = tasks.dead();
    while let Some(Ok(letter)) = letters.next().await {
        check(if letter.bytes().is_empty() {
            tasks.delete_one(&letter).await
        } else {
            tasks.requeue_one(&letter).await
        });
        check(letter.into_value());
    }
    check(tasks.requeue_dead().await);
    check(tasks.len().await);
}

/// Members of sets and rankings, which are what keys are.
async fn read_members(session: &RedisSession, name: &str, bytes: &[Vec<u8>]) {
    let (set, ranking) = (format!("{name}-set"), format!("{name}-ranking"));
    let raw = RedisSet::<RawBytes, Raw>::with_namespace(set.as_str()).on(session);
    raw.add_many(bytes.iter().map(RawBytes::from)).await.unwrap();
    let raw = RedisRanking::<RawBytes, f64, Raw>::with_namespace(ranking.as_str()).on(session);
    raw.set_many(bytes.iter().map(RawBytes::from).zip([0.5, f64::INFINITY, 1e300, 7.0].into_iter().cycle()))
        .await
        .unwrap();
    let texts = RedisSet::<String>::with_namespace(set.as_str()).on(session);
    let set = RedisSet::<(u64, Option<String>)>::with_namespace(set.as_str()).on(session);
    check(texts.members().await);
    check(texts.random().await);
    check(texts.pop().await);
    check(set.members().await);
    check(set.pop().await);
    check(set.union([&set]).await);
    set.scan().for_each(async |member| check(member)).await;
    set.clone().unreadable_as_absent().members().await.unwrap();
    let ranking = RedisRanking::<String, i64>::with_namespace(ranking).on(session);
    check(ranking.top(9).await);
    check(ranking.by_score(1..9).await);
    check(ranking.increment("", 1).await);
    check(ranking.around("", 3).await);
    ranking.scan().for_each(async |member| check(member)).await;
    ranking.clone().unreadable_as_absent().top(9).await.unwrap();
}

async fn read_values(session: &RedisSession, name: &str, bytes: &[Vec<u8>]) {
    let (alone, record) = (format!("{name}-value"), format!("{name}-record"));
    for bytes in bytes {
        let raw = RedisValue::<RawBytes, Raw>::with_namespace(alone.as_str()).on(session);
        raw.set(RawBytes::from(bytes)).await.unwrap();
        raw_cache(session, &record).set(RawBytes::from("s|field"), RawBytes::from(bytes)).await.unwrap();
        let composite = RedisValue::<Composite>::with_namespace(alone.as_str()).on(session);
        check(composite.get().await);
        check(composite.compare_and_set((vec![], None), (vec![1], None)).await);
        composite.clone().unreadable_as_absent().get().await.unwrap();
        let number = RedisValue::<i64>::with_namespace(alone.as_str()).on(session);
        check(number.increment(1).await);
        check(number.update(Option::unwrap_or_default).await);
        check(number.take().await);
        let field = RedisValue::<Composite>::in_record(record.as_str(), "field").on(session);
        check(field.get().await);
        check(field.update(Option::unwrap_or_default).await);
        check(field.replace((vec![], None)).await);
    }
}
