//! `queues` and what stands in them.

use std::time::Duration;

use crate::program::{Channel, Reminder, filled, json, run, send, session};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_tell_what_waits_is_delayed_pending_and_dead_and_who_works() {
    let (server, session) = filled().await;
    let reminders = Channel::on(&session);
    reminders.reminders().put(Reminder { text: "more".to_owned(), every: None }).await.expect("it is put");
    let task = reminders.reminders().get().await.expect("it is there");
    let queues = json(&server, &["queues"])["queues"].clone();
    let queue = queues.as_array().into_iter().flatten().find(|queue| queue["namespace"] == "bot.Channel.reminders");
    let queue = queue.unwrap_or_else(|| panic!("{queues}"));
    for (name, count) in [("waiting", 1), ("delayed", 1), ("pending", 1), ("dead", 0)] {
        assert_eq!(queue[name], count, "{name}: {queue}");
    }
    let worker = &queue["workers"][0];
    assert_eq!((&worker["held"], &worker["attempt"], &worker["alive"]), (&1.into(), &1.into(), &true.into()));
    assert!(worker["held_ms"].as_u64().is_some_and(|held| held < 60_000), "{queue}");
    assert_eq!(queue["pending_lists"][0]["without_worker"], 0);
    assert!((3_500_000..=3_600_100).contains(&queue["next_due_ms"].as_u64().unwrap_or_default()), "{queue}");
    let table = run(&server, &["queues"]);
    assert!(table.out.contains("alive, taken for dead in"), "{table:?}");
    task.finalize().await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pending_without_a_worker_is_told_apart() {
    let (server, session) = filled().await;
    send(&server, &[b"LPUSH", b"bot.Channel.reminders$w1_pending", b"i|1", b"i|2"]);
    let queues = run(&server, &["queues"]);
    let row =
        queues.rows().into_iter().find(|row| row.get(1) == Some(&"nobody")).unwrap_or_else(|| panic!("{queues:?}"));
    assert_eq!((row[0], row[2]), ("bot.Channel.reminders$w1_pending", "2"));
    let doctor = run(&server, &["doctor"]);
    assert!(doctor.code == Some(4) && doctor.out.contains("2 tasks are pending without a worker"), "{doctor:?}");
    drop(session);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_died_is_told_with_what_it_held() {
    let (server, first) = filled().await;
    let worker = session(&server).await;
    let queue = Channel::on(&worker);
    let task =
        queue.reminders().get_timeout(Duration::from_secs(10)).await.expect("it can be asked").expect("there is one");
    task.keep();
    // As if its heart had stopped, a minute ago.
    let script = "redis.call('ZADD', KEYS[1], redis.call('TIME')[1] * 1000 - 60000, '0123456789abcdef$pending')
        return redis.call('HSET', KEYS[2], '1', '3:x', '2', '1.' .. (redis.call('TIME')[1] - 100) .. '000:y')";
    let key = "bot.Channel.reminders$clients";
    send(
        &server,
        &[b"EVAL", script.as_bytes(), b"2", key.as_bytes(), b"bot.Channel.reminders$leases:0123456789abcdef"],
    );
    let queues = json(&server, &["queues"]);
    let worker = &queues["queues"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|queue| queue["namespace"] == "bot.Channel.reminders")
        .expect("it is there")["workers"][0];
    assert_eq!(
        (&worker["alive"], &worker["attempt"], &worker["held"]),
        (&false.into(), &3.into(), &2.into()),
        "{queues}"
    );
    assert!(worker["held_ms"].as_u64().is_some_and(|held| held >= 99_000), "{queues}");
    let doctor = run(&server, &["doctor"]);
    assert!(doctor.out.contains("worker 0123456789abcdef is dead for 60 s, and 2 tasks"), "{doctor:?}");
    drop(first);
}
