//! `dead`: dead letters.

use rediscache::RedisSession;
use support::Server;

use crate::program::{Channel, Every, ask, filled, json, run, send};

/// A queue with two dead letters, the older of which is of our types.
async fn with_letters() -> (Server, RedisSession) {
    let (server, session) = filled().await;
    let task = Channel::on(&session).reminders().get().await.expect("it is there");
    task.reschedule().await.expect("it failed as often as it may");
    send(&server, &[b"LPUSH", b"bot.Channel.reminders$dead", b"s|garbage\x1b[31m"]);
    (server, session)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_shown_the_oldest_first() {
    let (server, _session) = with_letters().await;
    let dead = json(&server, &["dead", "bot.Channel.reminders"]);
    assert_eq!((&dead["dead"], &dead["letters"][0]["value"]["text"]), (&2.into(), &"plants".into()));
    assert_eq!(dead["letters"][1]["value"], "garbage\u{1b}[31m");
    let table = run(&server, &["dead", "bot.Channel.reminders"]);
    assert!(!table.out.contains('\u{1b}') && table.out.contains("garbage\\u{1b}[31m"), "{table:?}");
    let none = run(&server, &["dead", "bot.Channel.outbox"]);
    assert_eq!((none.code, none.out.lines().count()), (Some(0), 1));
    assert_eq!(run(&server, &["dead", "bot.Channel.topics"]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retried_letters_come_out_of_the_queue_again() {
    let (server, session) = with_letters().await;
    assert_eq!(json(&server, &["dead", "bot.Channel.reminders", "retry"])["letters"], 2);
    assert_eq!(ask::<u64>(&server, &["EXISTS", "bot.Channel.reminders$dead"]), 0);
    let task = Channel::on(&session).reminders().get().await.expect("it is there again");
    assert_eq!((task.attempt(), &task.value().every), (1, &Some(Every::At { hour: 7 })));
    task.finalize().await.expect("it ends");
    assert_eq!(json(&server, &["dead", "bot.Channel.reminders", "retry"])["letters"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_deleted_only_by_one_who_is_sure() {
    let (server, _session) = with_letters().await;
    let answer = run(&server, &["dead", "bot.Channel.reminders", "delete"]);
    assert!(answer.code == Some(2) && answer.err.contains("--yes"), "{answer:?}");
    assert_eq!(ask::<u64>(&server, &["LLEN", "bot.Channel.reminders$dead"]), 2);
    let answer = run(&server, &["dead", "bot.Channel.reminders", "delete", "--yes"]);
    assert!(answer.code == Some(0) && answer.out.starts_with("2 dead letters"), "{answer:?}");
    assert_eq!(ask::<u64>(&server, &["EXISTS", "bot.Channel.reminders$dead"]), 0);
}
