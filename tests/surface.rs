//! What programs outside of this repository are compiled against.

#[path = "surface/family.rs"]
mod family;
#[path = "surface/limit_and_lock.rs"]
mod limit_and_lock;
#[path = "surface/ttl.rs"]
mod ttl;
#[path = "surface/value.rs"]
mod value;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::mem::size_of;
use std::time::{Duration, SystemTime};

use futures_util::{Stream, TryStreamExt};
use rediscache::{
    CacheSection, Codec, CodecError, Committed, DeadLetter, DeadLetters, Declaration, EntryRef, Error, ErrorKind,
    Finding, FindingKind, GetOrLoad, Json, Key, Lend, LoadError, Loaded, Near, NearStats, Notation, Number, NumberKind,
    ObjectInfo, ObjectKind, Operation, QueueStats, QueueStream, RankingScan, RedisCache, RedisNamespaced, RedisQueue,
    RedisRanking, RedisSession, RedisSessionBuilder, RedisSet, RedisTask, RedisTaskQueue, RedisTtlCache, Result, Scan,
    SetScan, TaskError, TaskQueueStats, Transaction, TtlScan, TtlStats, Typestring, Value, WhenDown,
};
use serde::{Deserialize, Serialize};

/// Can be stored, and can neither be sent nor shared.
#[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Local(u64, PhantomData<*const ()>);

fn send<T: Send>() {}
fn sync<T: Sync>() {}
fn unpin<T: Unpin>() {}
fn owned<T: 'static>() {}
fn debug<T: Debug>() {}
fn clone<T: Clone>() {}

macro_rules! every_type {
    ($($type:ty: $($property:ident)*;)*) => { $($($property::<$type>();)*)* };
}

#[test]
fn every_public_type_can_be_sent_and_shared_whatever_it_holds() {
    every_type! {
        RedisSession: send sync unpin owned debug clone;
        RedisSessionBuilder: send sync unpin owned debug;
        RedisCache<Local, Local>: send sync unpin owned debug clone;
        Near: send sync unpin owned debug clone;
        NearStats: send sync unpin owned debug clone;
        RedisCache<Local, Local, Json>: send sync unpin owned debug clone;
        RedisTtlCache<Local, Local>: send sync unpin owned debug clone;
        RedisTtlCache<Local, Local, Json>: send sync unpin owned debug clone;
        TtlScan<Local, Local, Typestring>: send unpin owned debug;
        TtlStats: send sync unpin owned debug clone;
        GetOrLoad<Local, String>: send unpin owned debug;
        LoadError<String>: send sync unpin owned debug clone;
        Loaded<u64>: send sync unpin owned debug clone;
        WhenDown: send sync unpin owned debug clone;
        EntryRef<Local>: send sync unpin owned debug clone;
        EntryRef<Local, Json>: send sync unpin owned debug clone;
        Transaction: send sync unpin owned debug;
        Committed: send sync unpin owned debug clone;
        RedisSet<Local>: send sync unpin owned debug clone;
        SetScan<Local, Typestring>: send unpin owned debug;
        RedisRanking<Local>: send sync unpin owned debug clone;
        RedisRanking<Local, i64, Json>: send sync unpin owned debug clone;
        RankingScan<Local, f64, Typestring>: send unpin owned debug;
        RedisQueue<Local>: send sync unpin owned debug clone;
        RedisTaskQueue<Local>: send sync unpin owned debug clone;
        RedisTask<u64>: send sync unpin owned debug;
        TaskError<u64>: send sync unpin owned debug;
        CacheSection: send sync unpin owned debug;
        Scan<Local, Local, Typestring>: send unpin owned debug;
        RedisTtlCache<Local, Local>: send sync unpin owned debug clone;
        QueueStream<u64>: send unpin owned debug;
        DeadLetters<Local>: send unpin owned debug;
        DeadLetter<u64>: send sync unpin owned debug;
        QueueStats: send sync unpin owned debug clone;
        TaskQueueStats: send sync unpin owned debug clone;
        Operation<Local>: send unpin owned debug;
        Error: send sync unpin owned debug;
        ErrorKind: send sync unpin owned debug clone;
        CodecError: send sync unpin owned debug;
        Typestring: send sync unpin owned debug clone;
        Json: send sync unpin owned debug clone;
        NumberKind: send sync unpin owned debug clone;
        Notation: send sync unpin owned debug clone;
        ObjectInfo: send sync unpin owned debug clone;
        ObjectKind: send sync unpin owned debug clone;
        Declaration: send sync unpin owned debug clone;
        Finding: send sync unpin owned debug clone;
        FindingKind: send sync unpin owned debug clone;
    }
}

fn sendable<F: Future + Send>(future: F) {
    drop(future);
}

#[test]
fn every_future_can_be_sent() {
    let session = RedisSession::in_memory();
    sendable(RedisSession::connect("memory://"));
    sendable(RedisSession::builder("memory://").connect());
    sendable(RedisSession::from_env());
    sendable(session.close());
    sendable(session.ping());
    sendable(session.verify::<(Channel,)>());
    sendable(session.scope(std::future::ready(())));
    let cache = RedisCache::<u64, Local>::new("cache").on(&session);
    let local = || Local(1, PhantomData);
    // Arguments that cannot be sent are lent before the future is made.
    sendable(cache.set(1, local()));
    sendable(cache.get(1));
    let lent = local();
    sendable(cache.replace(1, &lent));
    sendable(cache.compare_and_set(1, local(), local()));
    sendable(cache.update([(1, local())]));
    sendable(cache.items());
    sendable(cache.section());
    sendable(cache.set_expiry(Duration::ZERO));
    sendable(cache.set_expiry_at(SystemTime::UNIX_EPOCH));
}

#[test]
fn every_future_of_members_can_be_sent() {
    let session = RedisSession::in_memory();
    let local = || Local(1, PhantomData);
    let set = RedisSet::<Local>::new("set").on(&session);
    sendable(set.add(local()));
    sendable(set.add_many([local()]));
    sendable(set.pop());
    sendable(set.random());
    sendable(set.union([&set]));
    let ranking = RedisRanking::<Local, i64>::new("ranking").on(&session);
    sendable(ranking.set(local(), 1));
    sendable(ranking.increment(local(), 1));
    sendable(ranking.by_score(1..=7));
    sendable(ranking.around(local(), 3));
}

#[test]
fn an_error_is_one_word() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    fn is_error<T: StdError + Send + Sync + 'static>() {}
    is_error::<Error>();
    is_error::<TaskError<u64>>();
}

#[test]
fn the_kinds_of_errors_are_these() {
    use ErrorKind::{
        Closed, Config, Connection, Decode, Encode, NotANumber, NotInitialized, Overflow, Server, TaskNotPending,
        Timeout, Unsupported, WrongType,
    };
    let kinds = [
        (Config, "Config"),
        (NotInitialized, "NotInitialized"),
        (Closed, "Closed"),
        (Connection, "Connection"),
        (Timeout, "Timeout"),
        (Encode, "Encode"),
        (Decode, "Decode"),
        (WrongType, "WrongType"),
        (NotANumber, "NotANumber"),
        (Overflow, "Overflow"),
        (TaskNotPending, "TaskNotPending"),
        (Unsupported, "Unsupported"),
        (Server, "Server"),
    ];
    // They are compared, copied and used as keys.
    let by_kind: HashMap<ErrorKind, &str> = kinds.into_iter().collect();
    assert_eq!(by_kind.len(), 13);
    for (kind, name) in by_kind {
        assert_eq!(format!("{kind:?}"), name);
    }
}

static BIRTHDAYS: RedisCache<String, Date> = RedisCache::new("birthday");
const COUNTS: RedisCache<u64, u64> = RedisCache::new("counts").without_global_namespace();

struct Registry {
    names: RedisCache<u64, String>,
}

impl Registry {
    const fn new() -> Self {
        Self { names: RedisCache::new("Registry.names") }
    }
}

static REGISTRY: Registry = Registry::new();

#[test]
fn a_cache_can_be_a_constant_a_static_and_a_part() {
    assert_eq!(BIRTHDAYS.namespace(), "birthday");
    assert_eq!(COUNTS.namespace(), "counts");
    assert_eq!(REGISTRY.names.namespace(), "Registry.names");
}

#[tokio::test]
async fn an_operation_is_spawned_from_a_temporary() -> Result<()> {
    let session = RedisSession::in_memory();
    tokio::spawn(RedisCache::<u64, u64>::new("numbers").on(&session).set(1, 10)).await.expect("it does not panic")?;
    let numbers = RedisCache::<u64, u64>::with_namespace(String::from("numbers"));
    let read: Operation<Option<u64>> = numbers.on(&session).get(1);
    assert_eq!(tokio::spawn(read).await.expect("it does not panic")?, Some(10));
    Ok(())
}

/// A user's own code over any cache.
async fn copy<K: Key, V: Value, C: Codec>(from: &RedisCache<K, V, C>, to: &RedisCache<K, V, C>) -> Result<u64> {
    to.update(from.items().await?).await?;
    to.len().await
}

async fn get_twice<K: Key, V: Value>(cache: &RedisCache<K, V>, key: &(impl Lend<K> + Copy)) -> Result<[Option<V>; 2]> {
    Ok([cache.get(*key).await?, cache.get(*key).await?])
}

async fn sum<V: Value + Number + Copy>(cache: &RedisCache<u64, V>, amounts: &[V]) -> Result<Option<V>> {
    for amount in amounts {
        cache.increment(0, amount).await?;
    }
    cache.get(0).await
}

async fn count<K: Key, V: Value>(mut entries: impl Stream<Item = Result<(K, V)>> + Unpin) -> Result<usize> {
    let mut count = 0;
    while entries.try_next().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

#[tokio::test]
async fn generic_code_works_on_any_cache() -> Result<()> {
    let session = RedisSession::in_memory();
    let (one, other) = (RedisCache::new("one").on(&session), RedisCache::new("other").on(&session));
    one.update([("ada", ADA), ("grace", Date { year: 1906, month: 12, day: 9 })]).await?;
    assert_eq!(copy::<String, Date, Typestring>(&one, &other).await?, 2);
    assert_eq!(get_twice(&other, &"ada").await?, [Some(ADA), Some(ADA)]);
    assert_eq!(count(other.scan()).await?, 2);
    let numbers = RedisCache::<u64, i128>::new("numbers").on(&session);
    assert_eq!(sum(&numbers, &[1, 2, -4]).await?, Some(-1));
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

const ADA: Date = Date { year: 1815, month: 12, day: 10 };

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    #[rediscache(namespace = "birthday")]
    birthdays: RedisCache<String, Date>,
}

/// The program that the documentation begins with. No other test here installs a session.
#[tokio::test]
async fn the_first_program_runs() -> std::result::Result<(), Box<dyn StdError>> {
    let session = RedisSession::connect("memory://").await?.install();
    Channel::topics().set(42, "rust").await?;
    let topic: Option<String> = Channel::topics().get(42).await?;
    assert_eq!(topic.as_deref(), Some("rust"));
    Channel::birthdays().set("ada", &ADA).await?;
    assert_eq!(BIRTHDAYS.get("ada").await?, Some(ADA));
    assert_eq!(Channel::topics().key()?, "Channel.topics");

    let objects = <Channel as RedisNamespaced>::objects();
    let listed: Vec<_> = objects.iter().map(|object| (object.field(), object.namespace(), object.kind())).collect();
    let cache = ObjectKind::Cache;
    assert_eq!(listed, [("topics", "Channel.topics", cache), ("birthdays", "birthday", cache)]);
    assert_eq!((objects[0].key_type(), objects[0].value_type()), (Some("u64"), "alloc::string::String"));

    session.close().await?;
    assert_eq!(Channel::topics().get(42).await.map_err(|error| error.kind()), Err(ErrorKind::Closed));
    Ok(())
}
