//! Clusters, and masters that Sentinels know.

use rediscache::RedisSession;
use support::{Cluster, Sentinels};

use crate::program::{Channel, fill, run_at, until};

async fn session(url: &str) -> RedisSession {
    let session = RedisSession::builder(url).global_namespace("bot").connect().await;
    session.expect("the servers answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_nodes_of_a_cluster_are_looked_at() {
    let cluster = Cluster::start();
    let url = cluster.url();
    let session = session(&url).await;
    fill(&session).await.expect("all can be written");
    let task = Channel::on(&session).reminders().get().await.expect("it is there");
    task.reschedule().await.expect("it is a dead letter");
    let listed = || run_at(&url, &["ls", "--json"]).json()["objects"].clone();
    let on_record = |name: &str| {
        listed().as_array().into_iter().flatten().any(|it| it["namespace"] == name && it["types"][0].is_string())
    };
    for field in ["topics", "birthdays", "by_date", "outbox", "reminders", "members", "scores", "pages"] {
        until(field, || on_record(&format!("bot.Channel.{field}")));
    }
    let run = |arguments: &[&str]| run_at(&url, arguments);
    assert_eq!(run(&["get", "bot.Channel.birthdays", "ada"]).out, "{month: 12, day: 10}\n");
    assert_eq!(run(&["show", "bot.Channel.pages"]).rows()[1][..2], ["\"a b\"", "{month: 1, day: 2}"]);
    let queues = run(&["queues"]);
    let reminders = queues.rows().into_iter().find(|row| row[0] == "bot.Channel.reminders").expect("it is a queue");
    assert_eq!((reminders[3], reminders[6]), ("1", "1"), "{queues:?}");
    let retried = run(&["dead", "bot.Channel.reminders", "retry"]);
    assert!(retried.code == Some(0) && retried.out.starts_with("1 dead letters"), "{retried:?}");
    let renamed = run(&["rename", "bot.Channel.topics", "bot.Room.topics"]);
    assert!(renamed.code == Some(1) && renamed.err.contains("on a cluster"), "{renamed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_are_asked_for_the_master() {
    let sentinels = Sentinels::start();
    let url = sentinels.url();
    let session = session(&url).await;
    Channel::on(&session).topics().set(1, "rust").await.expect("it is written");
    assert_eq!(run_at(&url, &["get", "bot.Channel.topics", "1"]).out, "\"rust\"\n");
    let (hosts, _) = url.rsplit_once('/').expect("it has a service");
    let answer = run_at(&format!("{hosts}/nobody"), &["ls"]);
    assert!(answer.code == Some(1) && answer.err.contains("know no master"), "{answer:?}");
}
