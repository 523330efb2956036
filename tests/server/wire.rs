//! What other programs see in Redis, and what is seen of theirs.

use std::collections::BTreeMap;

use redis::{Client, Connection, cmd};
use rediscache::{Json, RedisCache};
use serde::{Deserialize, Serialize};
use support::{redis_session, url};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

const ADA: Date = Date { year: 1815, month: 12, day: 10 };

fn raw() -> Connection {
    Client::open(url()).unwrap().get_connection().unwrap()
}

fn stored(key: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
    cmd("HGETALL").arg(key).query(&mut raw()).unwrap()
}

#[tokio::test]
async fn one_hash_at_the_full_key_holds_fields_and_values() {
    let session = redis_session("wire").await;
    let topics = RedisCache::<u64, String>::new("Channel.topics").on(&session);
    topics.set(42, "rust").await.unwrap();
    let key = format!("{}.Channel.topics", session.global_namespace());
    assert_eq!(topics.key().unwrap(), key);
    let value: String = cmd("HGET").arg(&key).arg("i|42").query(&mut raw()).unwrap();
    assert_eq!(value, "s|rust");
    assert_eq!(stored(&key).len(), 1);
    assert_eq!(cmd("TYPE").arg(&key).query::<String>(&mut raw()).unwrap(), "hash");
    topics.clear().await.unwrap();
    assert!(!cmd("EXISTS").arg(&key).query::<bool>(&mut raw()).unwrap());
}

#[tokio::test]
async fn what_others_wrote_is_read() {
    let session = redis_session("wire").await;
    let key = format!("{}.births", session.global_namespace());
    let births = RedisCache::<String, f64>::new("births").on(&session);
    cmd("HSET").arg(&key).arg("s|ada").arg("f|1815.5").arg("s|alan").arg("i|1912").exec(&mut raw()).unwrap();
    assert_eq!(births.get("ada").await.unwrap(), Some(1815.5));
    assert_eq!(births.get("alan").await.unwrap(), Some(1912.0));
    assert_eq!(births.len().await.unwrap(), 2);
    births.clear().await.unwrap();
}

#[tokio::test]
async fn every_way_to_store_stores_alike() {
    let session = redis_session("wire").await;
    let cache = RedisCache::<u64, Date>::new("dates").on(&session);
    let key = cache.key().unwrap();
    // The four bytes are the CRC-32 of `{year: i32, month: u8, day: u8}`.
    let stored_date = b"c|\x02\x14\x63\x67\x25\xfb\x2e\x0e\x0c\x0a";
    let expected = BTreeMap::from([(b"i|1".to_vec(), stored_date.to_vec())]);
    cache.set(1, &ADA).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.replace_all([(1, &ADA)]).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.clear().await.unwrap();
    cache.update([(1, &ADA)]).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.clear().await.unwrap();
    cache.set_if_absent(1, &ADA).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.clear().await.unwrap();
    cache.replace(1, &ADA).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.compare_and_set(1, &ADA, &ADA).await.unwrap();
    assert_eq!(stored(&key), expected);
    cache.clear().await.unwrap();
}

#[tokio::test]
async fn json_is_json() {
    let session = redis_session("wire").await;
    let cache = RedisCache::<String, Date, Json>::new("dates").on(&session);
    cache.set("ada", ADA).await.unwrap();
    let key = cache.key().unwrap();
    let value: String = cmd("HGET").arg(&key).arg("\"ada\"").query(&mut raw()).unwrap();
    assert_eq!(value, r#"{"year":1815,"month":12,"day":10}"#);
    cmd("HSET").arg(&key).arg("\"bob\"").arg(r#" { "day":3, "month":2, "year":1 } "#).exec(&mut raw()).unwrap();
    assert_eq!(cache.get("bob").await.unwrap(), Some(Date { year: 1, month: 2, day: 3 }));
    cache.clear().await.unwrap();
}

#[tokio::test]
async fn the_expiry_is_that_of_the_key() {
    let session = redis_session("wire").await;
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    let key = cache.key().unwrap();
    let left = || cmd("PTTL").arg(&key).query::<i64>(&mut raw()).unwrap();
    cache.set(1, 1).await.unwrap();
    assert_eq!(left(), -1);
    cache.set_expiry(std::time::Duration::from_secs(600)).await.unwrap();
    assert!((540_000..=600_000).contains(&left()));
    cmd("PEXPIRE").arg(&key).arg(60_000).exec(&mut raw()).unwrap();
    assert!(cache.expiry().await.unwrap().unwrap() <= std::time::Duration::from_secs(60));
    cache.persist().await.unwrap();
    assert_eq!(left(), -1);
    cache.clear().await.unwrap();
}
