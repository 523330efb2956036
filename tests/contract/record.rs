//! What namespaces hold is on record, beside the data.

use std::time::Duration;

use rediscache::{Json, RedisCache, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue};
use serde_json::{Value, json};
use support::{Raw, RawBytes, contract};

/// More than a server takes on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(RedisNamespaced)]
struct Channel {
    topics: RedisCache<u64, String>,
    tags: RedisCache<String, Vec<u8>, Json>,
    outbox: RedisQueue<String>,
    jobs: RedisTaskQueue<u64>,
}

/// The hash of records.
pub(crate) fn records(session: &RedisSession) -> RedisCache<RawBytes, RawBytes, Raw> {
    let key = format!("{}.$objects", session.global_namespace());
    RedisCache::with_namespace(key).without_global_namespace().on(session)
}

async fn look(session: &RedisSession, namespace: &str) -> Option<Vec<u8>> {
    records(session).get(RawBytes::from(namespace)).await.unwrap().map(|record| record.0)
}

pub(crate) async fn put(session: &RedisSession, namespace: &str, record: impl AsRef<[u8]>) {
    records(session).set(RawBytes::from(namespace), RawBytes::from(record)).await.unwrap();
}

/// What is on record of a namespace, once `is_there`.
pub(crate) async fn record(session: &RedisSession, namespace: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let look = async {
        loop {
            let record = look(session, namespace).await.and_then(|record| serde_json::from_slice(&record).ok());
            if let Some(record) = record.filter(&is_there) {
                return record;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("nothing such is on record of {namespace}"))
}

async fn any_record(session: &RedisSession, namespace: &str) -> Value {
    record(session, namespace, |_| true).await
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// The only object on record, without when it was written.
fn only_object(record: &Value) -> Value {
    assert_eq!(record.as_object().unwrap().len(), 1, "{record}");
    let objects = record["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 1, "{record}");
    let mut object = objects[0].clone();
    let last = object.as_object_mut().unwrap().remove("last").unwrap().as_u64().unwrap();
    assert!(last.abs_diff(now()) < 60, "{record}");
    if let Some(program) = object.pointer_mut("/programs/tests") {
        assert_eq!(program.take(), last);
    }
    object
}

contract! {
    async fn each_object_is_on_record_after_its_first_write(session: RedisSession) -> rediscache::Result<()> {
        let (cache, tags, outbox, jobs) = session.scope(async {
            Channel::topics().set(42, "rust").await.unwrap();
            Channel::tags().update([("a", vec![1])]).await.unwrap();
            Channel::outbox().put("one").await.unwrap();
            Channel::jobs().put_after(7, Duration::from_secs(60)).await.unwrap();
            let record = async |namespace| only_object(&any_record(&session, namespace).await);
            (record("Channel.topics").await, record("Channel.tags").await, record("Channel.outbox").await, record("Channel.jobs").await)
        }).await;
        let text = json!({"shape": "text"});
        let programs = json!({"tests": null});
        assert_eq!(cache, json!({"kind": "cache", "codec": "typestring", "key": "u64", "value": text, "programs": programs}));
        let bytes = json!({"shape": {"sequence": "u8"}});
        assert_eq!(tags, json!({"kind": "cache", "codec": "json", "key": "text", "value": bytes, "programs": programs}));
        assert_eq!(outbox, json!({"kind": "queue", "codec": "typestring", "key": null, "value": text, "programs": programs}));
        let number = json!({"shape": "u64"});
        assert_eq!(jobs, json!({"kind": "task_queue", "codec": "typestring", "key": null, "value": number, "programs": programs}));
        Ok(())
    }

    async fn every_write_puts_on_record_and_no_read_does(session: RedisSession) -> rediscache::Result<()> {
        macro_rules! writes {
            ($($name:literal: $method:ident($($argument:expr),*);)*) => {$(
                let cache = RedisCache::<u64, u64>::new($name).on(&session);
                cache.$method($($argument),*).await?;
                let object = only_object(&any_record(&session, $name).await);
                assert_eq!(object["kind"], "cache", $name);
                assert!(object.get("programs").is_none(), "nobody said which");
            )*};
        }
        writes! {
            "set": set(1, 1);
            "set_if_absent": set_if_absent(1, 1);
            "replace": replace(1, 1);
            "compare_and_set": compare_and_set(1, 1, 2);
            "increment": increment(1, 1);
            "update": update([(1, 1)]);
            "replace_all": replace_all([(1, 1)]);
        }
        let read = RedisCache::<u64, u64>::new("read").on(&session);
        read.get(1).await?;
        read.items().await?;
        read.delete(1).await?;
        RedisQueue::<u64>::new("taken").on(&session).try_get().await?;
        let written = RedisCache::<u64, u64>::new("written").on(&session);
        written.set(1, 1).await?;
        any_record(&session, "written").await;
        assert_eq!((look(&session, "read").await, look(&session, "taken").await), (None, None));
        Ok(())
    }

    async fn names_made_at_run_time_share_one_record(session: RedisSession) -> rediscache::Result<()> {
        for shard in 0..20 {
            RedisCache::<u64, u64>::with_namespace(format!("shard.{shard}")).on(&session).set(1, 1).await?;
        }
        RedisQueue::<u64>::with_namespace("shard.q").on(&session).put(1).await?;
        let both = record(&session, "$runtime", |record| record["objects"].as_array().unwrap().len() == 2).await;
        let objects = both["objects"].as_array().unwrap();
        let cache = objects.iter().find(|object| object["kind"] == "cache").unwrap();
        assert_eq!((&cache["runtime"], &cache["namespace"], &cache["key"]), (&json!(true), &json!("shard.0"), &json!("u64")));
        assert_eq!(look(&session, "shard.0").await, None);
        Ok(())
    }

    async fn several_objects_of_a_namespace_stand_side_by_side(session: RedisSession) -> rediscache::Result<()> {
        RedisCache::<u64, u64>::new("mixed").on(&session).set(1, 1).await?;
        any_record(&session, "mixed").await;
        RedisCache::<String, String>::new("mixed").on(&session).set("a", "b").await?;
        let both = record(&session, "mixed", |record| record["objects"].as_array().unwrap().len() == 2).await;
        assert_eq!((&both["objects"][0]["key"], &both["objects"][1]["key"]), (&json!("text"), &json!("u64")));
        Ok(())
    }

    async fn what_others_put_on_record_is_left_as_it_is(session: RedisSession) -> rediscache::Result<()> {
        let other = json!({"kind": "graph", "nodes": [1, 2], "last": 5});
        put(&session, "kept", json!({"objects": [other, 7], "by": "a newer program"}).to_string()).await;
        RedisCache::<u64, u64>::new("kept").on(&session).set(1, 1).await?;
        let all = record(&session, "kept", |record| record["objects"].as_array().unwrap().len() == 3).await;
        assert_eq!((&all["by"], &all["objects"][0]["kind"]), (&json!("a newer program"), &json!("cache")));
        assert_eq!((&all["objects"][1], &all["objects"][2]), (&other, &json!(7)));
        Ok(())
    }

    async fn a_record_that_is_none_gives_way(session: RedisSession) -> rediscache::Result<()> {
        let deep = "[".repeat(100_000);
        let long = format!("{{\"objects\":[],\"more\":\"{}\"}}", "x".repeat(100_000));
        let bad: [&[u8]; 8] =
            [b"", b"7", b"\xff\0", b"[]", b"{\"objects\":{}}", b"{\"objects\":null}", deep.as_bytes(), long.as_bytes()];
        for (n, bad) in bad.into_iter().enumerate() {
            // One that no session has written.
            let name: &'static str = String::leak(format!("bad{n}"));
            put(&session, name, bad).await;
            RedisCache::<u64, u64>::new(name).on(&session).set(1, 1).await?;
            let new = record(&session, name, |record| record["objects"][0].is_object()).await;
            assert_eq!(only_object(&new)["key"], "u64", "{new}");
        }
        Ok(())
    }

    async fn it_stays_small_whoever_writes(session: RedisSession) -> rediscache::Result<()> {
        let objects: Vec<Value> = (0..50).map(|n| json!({"kind": "graph", "n": n, "last": n})).collect();
        put(&session, "many", json!({ "objects": objects }).to_string()).await;
        let programs: serde_json::Map<_, _> = (0..50).map(|n| (format!("p{n}"), json!(n))).collect();
        let shape = json!({"shape": "text"});
        let own = json!({"kind": "cache", "codec": "typestring", "key": "u64", "value": shape, "programs": programs, "last": 3});
        put(&session, "Channel.topics", json!({ "objects": [own] }).to_string()).await;
        RedisCache::<u64, u64>::new("many").on(&session).set(1, 1).await?;
        session.scope(Channel::topics().set(1, "one")).await?;
        let many = record(&session, "many", |record| record["objects"][0]["kind"] == "cache").await;
        let ages: Vec<_> = many["objects"].as_array().unwrap()[1..].iter().map(|object| &object["last"]).collect();
        assert_eq!(ages, [49, 48, 47, 46, 45, 44, 43]);
        let own = record(&session, "Channel.topics", |record| record["objects"][0]["programs"]["tests"].is_u64()).await;
        let mut names: Vec<_> = own["objects"][0]["programs"].as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["p43", "p44", "p45", "p46", "p47", "p48", "p49", "tests"]);
        Ok(())
    }

    async fn who_opted_out_is_on_record_without_the_global_namespace(session: RedisSession) -> rediscache::Result<()> {
        let bare = RedisCache::<u64, u64>::new("bare").without_global_namespace().on(&session);
        bare.set(1, 1).await?;
        RedisCache::<u64, u64>::new("global").on(&session).set(1, 1).await?;
        any_record(&session, "global").await;
        assert_eq!(look(&session, "bare").await, None);
        bare.clear().await
    }
}
