//! `show`: what an object holds.

use rediscache::{Json, RedisCache, RedisNamespaced, RedisSession, RedisValue};
use serde_json::json as value;

use crate::program::{Date, OldReminder, Reminder, ask, filled, json, run, send, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_are_shown_by_the_shapes_that_stand_beside_them() {
    let (server, _session) = filled().await;
    let shown = |name: &str| json(&server, &["show", name])["entries"].clone();
    assert_eq!(shown("bot.Channel.birthdays"), value!([{ "key": "ada", "value": { "month": 12, "day": 10 } }]));
    assert_eq!(shown("bot.Channel.by_date"), value!([{ "key": [2024, 2], "value": ["leap"] }]));
    assert_eq!(shown("bot.Channel.outbox"), value!([{ "value": { "text": "tea", "every": { "Hours": 4 } } }]));
    assert_eq!(
        shown("bot.Channel.reminders"),
        value!([{ "value": { "text": "plants", "every": { "At": { "hour": 7 } } } }])
    );
    assert_eq!(shown("bot.Channel.members"), value!([{ "value": "ada" }]));
    assert_eq!(shown("bot.Channel.scores"), value!([{ "value": 8, "score": 3.0 }, { "value": 7, "score": 1.5 }]));
    let pages = shown("bot.Channel.pages");
    assert_eq!((&pages[0]["key"], &pages[0]["value"]), (&value!("a b"), &value!({ "month": 1, "day": 2 })));
    assert!(pages[0]["expires_ms"].as_u64() > Some(500_000), "{pages}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_has_keys_and_values_in_words_that_rust_has() {
    let (server, _session) = filled().await;
    let answer = run(&server, &["show", "bot.Channel.birthdays"]);
    assert_eq!(answer.rows()[1], ["\"ada\"", "{month: 12, day: 10}"]);
    let answer = run(&server, &["show", "bot.Channel.outbox"]);
    assert_eq!(answer.rows()[1], ["", "{text: \"tea\", every: Hours(4)}"]);
    assert!(run(&server, &["show", "bot.Channel.reminders"]).out.contains("every: At{hour: 7}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_an_older_shape_are_shown_beside_those_of_today() {
    let (server, session) = filled().await;
    let (old, new) = ("Room.notes", Reminder { text: "new".to_owned(), every: None });
    RedisCache::<u64, OldReminder>::new(old)
        .on(&session)
        .set(1, OldReminder { text: "old".to_owned() })
        .await
        .expect("it is written");
    RedisCache::<u64, Reminder>::new(old).on(&session).set(2, new).await.expect("it is written");
    let mut entries = json(&server, &["show", "bot.Room.notes"])["entries"].as_array().cloned().unwrap_or_default();
    entries.sort_by_key(|entry| entry["key"].as_u64());
    let new = value!({ "key": 2, "value": { "text": "new", "every": null } });
    assert_eq!(entries, [value!({ "key": 1, "value": { "text": "old" } }), new]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_and_names_made_at_run_time_are_read_as_their_records_say() {
    let (server, session) = filled().await;
    // By the tag it begins with it could be text of the default codec, too.
    let notes = RedisCache::<String, u64, Json>::with_namespace("notes.7".to_owned()).on(&session);
    notes.set("s|a", 1).await.expect("it is written");
    until("it is on record", || ask(&server, &["HEXISTS", "bot.$objects", "$runtime"]));
    assert_eq!(json(&server, &["show", "bot.notes.7"])["entries"], value!([{ "key": "s|a", "value": 1 }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_until_all_is_shown() {
    let (server, session) = filled().await;
    let topics = RedisCache::<u64, String>::new("Long.topics").on(&session);
    topics.update((0..3000).map(|at| (at, "x".repeat(80)))).await.expect("they are written");
    let (mut cursor, mut seen, mut pages) = ("0".to_owned(), std::collections::BTreeSet::new(), 0);
    loop {
        let page = json(&server, &["show", "bot.Long.topics", "--limit", "500", "--cursor", &cursor]);
        seen.extend(page["entries"].as_array().into_iter().flatten().filter_map(|entry| entry["key"].as_u64()));
        pages += 1;
        match page["cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages > 3), (3000, true));
    let all = run(&server, &["show", "bot.Long.topics", "--all", "--json"]);
    assert_eq!(all.out.lines().count(), 3000);
    assert!(run(&server, &["show", "bot.Long.topics", "--limit", "9"]).out.contains("there is more: rediscache show"));
    assert_eq!(run(&server, &["show", "bot.Long.topics", "--cursor", "x"]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shape_that_is_lost_is_said_of_each_value_and_the_rest_is_shown() {
    let (server, session) = filled().await;
    send(&server, &[b"DEL", b"bot.$shapes"]);
    let entries = json(&server, &["show", "bot.Channel.birthdays"])["entries"].clone();
    let reason = entries[0]["value"]["$unreadable"].as_str().unwrap_or_default();
    assert!(reason.contains("is not kept in `$shapes`") && entries[0]["key"] == "ada", "{entries}");
    drop::<RedisSession>(session);
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    birthdays: RedisCache<String, Date>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_and_objects_of_a_family_are_read_by_the_record_of_all() {
    let (server, session) = filled().await;
    let date = Date { month: 12, day: 10 };
    RedisValue::<Date>::new("day").on(&session).set(&date).await.expect("it is written");
    Tenant::on(&session).of(7).birthdays().set("ada", &date).await.expect("it is written");
    for name in ["day", "tenant.{}.birthdays"] {
        until("it is on record", || ask(&server, &["HEXISTS", "bot.$objects", name]));
    }
    let shown = json(&server, &["show", "bot.day"]);
    assert_eq!(
        (&shown["kind"], &shown["entries"]),
        (&value!("value"), &value!([{ "value": { "month": 12, "day": 10 } }]))
    );
    let shown = json(&server, &["show", "bot.tenant.{i|7}.birthdays"]);
    let expected = value!([{ "key": "ada", "value": { "month": 12, "day": 10 } }]);
    assert_eq!((&shown["kind"], &shown["entries"]), (&value!("cache"), &expected));
    let answer = run(&server, &["get", "bot.day", "7"]);
    assert!(answer.code == Some(2) && answer.err.contains("one value"), "{answer:?}");
    let listed = json(&server, &["ls"]);
    let kind = |name: &str| {
        let objects = listed["objects"].as_array().expect("there are some");
        objects.iter().find(|object| object["namespace"] == name).map(|object| object["kind"].clone())
    };
    assert_eq!((kind("bot.day"), kind("bot.tenant.{i|7}.birthdays")), (Some(value!("value")), Some(value!("cache"))));
    let code = json(&server, &["doctor"])["code"].to_string();
    assert!(code.contains("pub day: rediscache::RedisValue<"), "{code}");
}
