//! `get`: one entry, by its key.

use rediscache::{Json, RedisCache};

use crate::program::{filled, json, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_found_by_its_key_in_words_that_people_use() {
    let (server, session) = filled().await;
    RedisCache::<u64, bool, Json>::new("Flags.all").on(&session).set(5, true).await.expect("it is written");
    RedisCache::<bool, f64>::new("Flags.rates").on(&session).set(true, 0.5).await.expect("it is written");
    crate::program::on_record(&server, "bot.$objects", 10);
    for (namespace, key, value) in [
        ("bot.Channel.topics", "2", "\"redis\""),
        ("bot.Channel.birthdays", "ada", "{month: 12, day: 10}"),
        ("bot.Channel.birthdays", "\"ada\"", "{month: 12, day: 10}"),
        ("bot.Channel.by_date", "[2024, 2]", "[\"leap\"]"),
        ("bot.Channel.pages", "a b", "{month: 1, day: 2}"),
        ("bot.Channel.members", "ada", "\"ada\""),
        ("bot.Channel.scores", "7", "1.5"),
        ("bot.Channel.outbox", "0", "{text: \"tea\", every: Hours(4)}"),
        ("bot.Flags.all", "5", "true"),
        ("bot.Flags.rates", "true", "0.5"),
    ] {
        let answer = run(&server, &["get", namespace, key]);
        assert_eq!((answer.code, answer.out.trim_end()), (Some(0), value), "{namespace} {key}: {answer:?}");
    }
    assert_eq!(json(&server, &["get", "bot.Channel.topics", "2"])["value"], "redis");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_told_and_a_place_of_a_queue_is_a_number() {
    let (server, _session) = filled().await;
    for (namespace, key) in [
        ("bot.Channel.topics", "3"),
        ("bot.Channel.by_date", "[1,1]"),
        ("bot.Channel.pages", "x"),
        ("bot.Channel.outbox", "9"),
    ] {
        let answer = run(&server, &["get", namespace, key]);
        assert!(answer.code == Some(3) && answer.err.contains("rediscache show"), "{answer:?}");
    }
    assert_eq!(run(&server, &["get", "bot.Channel.outbox", "first"]).code, Some(2));
}
