//! `doctor`: what is where, and what is wrong.

use std::thread;
use std::time::Duration;

use rediscache::{RedisCache, RedisNamespaced};
use serde_json::Value;
use support::Server;

use crate::program::{Date, ask, filled, json, on_record, run, send};

fn troubles(server: &Server) -> Vec<(String, String, String)> {
    let answer = run(server, &["doctor", "--json"]);
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    let troubles = answer.json()["troubles"].as_array().cloned().unwrap_or_default();
    assert_eq!(answer.code, Some(if troubles.is_empty() { 0 } else { 4 }));
    troubles.iter().map(|it| (text(it, "kind"), text(it, "namespace"), text(it, "what"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_database_has_nothing_wrong_and_its_struct_is_printed() {
    let (server, _session) = filled().await;
    let doctor = json(&server, &["doctor"]);
    let code = doctor["code"].as_str().unwrap_or_default();
    for line in [
        "#[derive(rediscache::RedisNamespaced)]",
        "pub struct Channel {",
        "    pub topics: rediscache::RedisCache<u64, String>,",
        "    pub birthdays: rediscache::RedisCache<String, ChannelBirthdays>,",
        "    pub by_date: rediscache::RedisCache<(u16, u8), Vec<String>>,",
        "    pub reminders: rediscache::RedisTaskQueue<ChannelReminders>,",
        "    pub members: rediscache::RedisSet<String>,",
        "    pub scores: rediscache::RedisRanking<u64, f64>,",
        "    pub every: Option<ChannelRemindersEvery>,",
        "    Hours(u32),",
    ] {
        assert!(code.lines().any(|it| it == line), "{line} is not in\n{code}");
    }
    assert!(run(&server, &["doctor"]).out.ends_with("Nothing is wrong.\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_cannot_be_read_are_counted_by_why() {
    let (server, _session) = filled().await;
    send(&server, &[b"HSET", b"bot.Channel.topics", b"i|3", b"i|x", b"i|4", b"i|y", b"i|5", b"nothing"]);
    send(&server, &[b"HDEL", b"bot.$shapes", b"00000000"]);
    let found = troubles(&server);
    let unreadable: Vec<&str> = found.iter().filter(|it| it.0 == "unreadable").map(|it| &*it.2).collect();
    assert_eq!(unreadable.len(), 2, "{found:?}");
    assert!(
        unreadable.iter().any(|what| what.starts_with("2 of 5 values cannot be read: it is marked as an integer")),
        "{found:?}"
    );
    assert!(unreadable.iter().any(|what| what.ends_with("such as nothing")), "{found:?}");
    send(&server, &[b"DEL", b"bot.$shapes"]);
    let lost = troubles(&server).into_iter().filter(|it| it.2.contains("is not kept in `$shapes`")).count();
    assert!(lost >= 3, "birthdays, pages and queues have lost theirs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn types_that_are_mixed_in_one_hash_are_told() {
    let server = Server::start();
    send(&server, &[b"HSET", b"Mixed.all", b"i|1", b"s|a", b"i|2", b"i|7", b"i|3", b"s|b"]);
    assert_eq!(
        troubles(&server),
        [("mixed".into(), "Mixed.all".into(), "values are of several types: String (2), u64 (1)".into())]
    );
}

#[derive(RedisNamespaced)]
struct Room {
    birthdays: RedisCache<String, Date>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_whose_owner_was_renamed_is_an_orphan() {
    let (server, session) = filled().await;
    Room::on(&session).birthdays().set("bob", Date { month: 1, day: 1 }).await.expect("it is written");
    on_record(&server, "bot.$objects", 9);
    assert_eq!(troubles(&server), [], "both are written");
    // As if that had been a month ago.
    let record: String = ask(&server, &["HGET", "bot.$objects", "Channel.birthdays"]);
    let mut record: Value = serde_json::from_str(&record).expect("it is JSON");
    let last = record["objects"][0]["last"].as_u64().expect("it has a time");
    record["objects"][0]["last"] = (last - 30 * 24 * 60 * 60).into();
    send(&server, &[b"HSET", b"bot.$objects", b"Channel.birthdays", record.to_string().as_bytes()]);
    let found = troubles(&server);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].0 == "orphan" && found[0].1 == "bot.Channel.birthdays" && found[0].2.contains("`bot.Room.birthdays`"),
        "{found:?}"
    );
    let told = run(&server, &["doctor"]);
    assert!(told.out.contains("rediscache rename bot.Channel.birthdays bot.Room.birthdays"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_without_an_end_that_grows_is_found_by_watching() {
    let (server, _session) = filled().await;
    let mut raw = server.raw();
    let writer = thread::spawn(move || {
        for at in 0..4000 {
            let _: Result<(), _> =
                redis::cmd("HSET").arg("bot.Channel.topics").arg(format!("i|{at}")).arg("s|x").query(&mut raw);
            thread::sleep(Duration::from_millis(1));
        }
    });
    let answer = run(&server, &["doctor", "--watch", "1", "--json"]);
    writer.join().expect("it writes");
    let growing: Vec<Value> = answer.json()["troubles"].as_array().cloned().unwrap_or_default();
    assert!(
        growing.len() == 1 && growing[0]["kind"] == "growing" && growing[0]["namespace"] == "bot.Channel.topics",
        "{answer:?}"
    );
}
