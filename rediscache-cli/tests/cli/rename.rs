//! `rename`: an object gets another name.

use rediscache::{RedisNamespaced, RedisTaskQueue, RedisTtlCache};

use crate::program::{Channel, Date, Reminder, ask, filled, json, run, send};

/// What `Channel` is called from now on.
#[derive(RedisNamespaced)]
struct Room {
    #[rediscache(max_attempts = 1)]
    reminders: RedisTaskQueue<Reminder>,
    #[rediscache(ttl = "10m")]
    pages: RedisTtlCache<String, Date>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_moves_with_all_that_lies_beside_it() {
    let (server, session) = filled().await;
    let task = Channel::on(&session).reminders().get().await.expect("it is there");
    task.reschedule().await.expect("it is a dead letter");
    send(&server, &[b"LPUSH", b"bot.Channel.reminders$w1_pending", b"i|1"]);
    let renamed = json(&server, &["rename", "bot.Channel.reminders", "bot.Room.reminders"]);
    assert_eq!((&renamed["keys"], &renamed["on_record"]), (&3.into(), &true.into()), "{renamed}");
    let room = Room::on(&session);
    assert_eq!(room.reminders().dead_len().await.expect("it can be asked"), 1);
    assert_eq!(room.reminders().requeue_dead().await.expect("they go back"), 1);
    let task = room.reminders().get().await.expect("it is there");
    assert_eq!(task.value().text, "plants");
    task.finalize().await.expect("it ends");
    assert_eq!(ask::<u64>(&server, &["LLEN", "bot.Room.reminders$w1_pending"]), 1);
    let left: Vec<String> = ask(&server, &["KEYS", "*Channel.reminders*"]);
    assert_eq!(left, [""; 0]);
    assert!(ask::<bool>(&server, &["HEXISTS", "bot.$objects", "Room.reminders"]));
    assert!(!ask::<bool>(&server, &["HEXISTS", "bot.$objects", "Channel.reminders"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_with_keys_of_their_own_move_with_their_ends() {
    let (server, session) = filled().await;
    let pages = Channel::on(&session);
    pages
        .pages()
        .set_many((0..5000_u32).map(|at| (at.to_string(), Date { month: 1, day: 1 })))
        .await
        .expect("they are set");
    let renamed = json(&server, &["rename", "bot.Channel.pages", "bot.Room.pages"]);
    assert_eq!(renamed["keys"], 5001);
    let room = Room::on(&session);
    assert_eq!(room.pages().get("4999").await.expect("it can be read"), Some(Date { month: 1, day: 1 }));
    assert!(room.pages().expiry("a b").await.expect("it can be asked").is_some());
    assert_eq!(pages.pages().get("4999").await.expect("it can be read"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_over_and_a_name_that_is_none_is_refused() {
    let (server, _session) = filled().await;
    send(&server, &[b"LPUSH", b"bot.Room.topics$dead", b"i|1"]);
    let answer = run(&server, &["rename", "bot.Channel.topics", "bot.Room.topics"]);
    assert!(answer.code == Some(1) && answer.err.contains("`bot.Room.topics$dead` is there already"), "{answer:?}");
    assert_eq!(ask::<u64>(&server, &["HLEN", "bot.Channel.topics"]), 2);
    for (new, told) in [
        ("", "cannot be the name"),
        ("bot.a:b", "cannot be"),
        ("bot.$x", "cannot be"),
        ("bot.x$dead", "cannot be"),
        ("Room.topics", "is below `bot`"),
    ] {
        let answer = run(&server, &["rename", "bot.Channel.topics", new]);
        assert!(answer.code == Some(2) && answer.err.contains(told), "{new}: {answer:?}");
    }
}
