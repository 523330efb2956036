//! `ls`: every object.

use crate::program::{filled, json, run, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_object_is_listed_with_its_kind_types_and_size() {
    let (server, _session) = filled().await;
    let answer = run(&server, &["ls"]);
    let rows = answer.rows();
    assert_eq!(rows[0], ["NAMESPACE", "KIND", "TYPES", "ENTRIES", "MEMORY", "EXPIRY"]);
    let row = |name: &str| rows.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
    assert_eq!(row("bot.Channel.topics")[1..4], ["cache", "u64 → text", "2"]);
    assert_eq!(row("bot.Channel.birthdays")[1..4], ["cache", "text → {month: u8, day: u8}", "1"]);
    assert_eq!(row("bot.Channel.outbox")[1], "queue");
    assert_eq!(row("bot.Channel.reminders")[1], "task queue");
    assert_eq!(row("bot.Channel.members")[1..4], ["set", "text", "1"]);
    assert_eq!(row("bot.Channel.scores")[1..4], ["ranking", "u64 → f64", "2"]);
    let pages = row("bot.Channel.pages");
    assert_eq!((pages[1], pages[3]), ("TTL cache".to_lowercase().as_str(), "1"));
    assert_eq!(pages[5], "9 min");
    assert_eq!(row("bot.Channel.topics")[5], "never");
    assert_eq!(rows.len(), 9, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_without_entries_is_listed_as_long_as_it_is_on_record() {
    let (server, _session) = filled().await;
    send(&server, &[b"DEL", b"bot.Channel.topics"]);
    let objects = json(&server, &["ls"])["objects"].clone();
    let topics = objects.as_array().into_iter().flatten().find(|it| it["namespace"] == "bot.Channel.topics");
    let topics = topics.unwrap_or_else(|| panic!("{objects}"));
    assert_eq!(
        (&topics["entries"], &topics["kind"], &topics["types"][0]),
        (&0.into(), &"cache".into(), &"u64 → text".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_others_are_listed_by_what_redis_calls_them() {
    let (server, _session) = filled().await;
    send(&server, &[b"SET", b"plain", b"1", b"PX", b"50000"]);
    for at in 0..50 {
        send(&server, &[b"SET", format!("session:{at}").as_bytes(), b"x"]);
    }
    let answer = run(&server, &["ls"]);
    let row = |name: &str| answer.rows().into_iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{answer:?}"));
    assert_eq!((row("plain")[1], row("plain")[5]), ("(string)", "49 s"));
    let sessions = row("session");
    assert_eq!(sessions[1..4], ["(entries)", "", "50"]);
    assert!(sessions[4].starts_with('~'), "the size of 50 entries is that of some: {sessions:?}");
}
