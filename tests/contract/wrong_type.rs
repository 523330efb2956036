//! The Redis key holds another data type. The embedded store holds nothing but what this crate puts there.

use redis::{Client, Connection, Value, cmd};
use rediscache::{ErrorKind, RedisCache, RedisRanking, RedisSet, RedisValue};
use support::{redis_session, url};

use crate::every::{
    every_method, every_method_of_fields, every_method_of_rankings, every_method_of_sets, every_method_of_values,
};

fn raw() -> Connection {
    Client::open(url()).unwrap().get_connection().unwrap()
}

fn dump(raw: &mut Connection, key: &str) -> (Value, i64) {
    (cmd("DUMP").arg(key).query(raw).unwrap(), cmd("PTTL").arg(key).query(raw).unwrap())
}

/// Of each type but that which has such data.
async fn every_method_refuses_and_changes_nothing(name: &str, put: &[&str]) {
    let session = redis_session(name).await;
    let cache = RedisCache::<u64, u64>::new("other").on(&session);
    let set = RedisSet::<u64>::new("other").on(&session);
    let ranking = RedisRanking::<u64, i64>::new("other").on(&session);
    let (mut raw, key) = (raw(), cache.key().unwrap());
    cmd(put[0]).arg(&key).arg(&put[1..]).exec(&mut raw).unwrap();
    let before = dump(&mut raw, &key);
    let of_types = [
        ("HSET", every_method(&cache)),
        ("SADD", every_method_of_sets(&set)),
        ("ZADD", every_method_of_rankings(&ranking)),
        ("SET", every_method_of_values(&RedisValue::new("other").on(&session))),
        ("HSET", every_method_of_fields(&RedisValue::<u64>::in_record("other", "one").on(&session))),
    ];
    for (method, call) in of_types.into_iter().filter(|(own, _)| *own != put[0]).flat_map(|(_, calls)| calls) {
        let error = call.await.expect_err(method);
        assert_eq!(error.kind(), ErrorKind::WrongType, "{method}: {error}");
        let namespace = error.namespace().map(|namespace| namespace.trim_end_matches(".one"));
        assert_eq!((error.operation(), namespace), (method, Some("other")));
        assert!(!error.is_retryable());
        assert_eq!(dump(&mut raw, &key), before, "{method} changed it");
    }
    cmd("DEL").arg(&key).exec(&mut raw).unwrap();
}

#[tokio::test]
async fn a_hash_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("hash", &["HSET", "i|1", "i|1"]).await;
}

#[tokio::test]
async fn a_list_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("list", &["RPUSH", "i|1", "i|2"]).await;
}

#[tokio::test]
async fn a_string_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("string", &["SET", "i|1"]).await;
}

#[tokio::test]
async fn a_set_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("set", &["SADD", "i|1"]).await;
}

#[tokio::test]
async fn a_sorted_set_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("sorted_set", &["ZADD", "1", "i|1"]).await;
}

#[tokio::test]
async fn a_stream_is_left_as_it_is() {
    every_method_refuses_and_changes_nothing("stream", &["XADD", "*", "i|1", "i|1"]).await;
}
