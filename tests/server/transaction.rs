//! Transactions on a server: what they send, and who else is told of them.

use std::time::Duration;

use redis::cmd;
use rediscache::{Near, RedisCache, RedisQueue, RedisSession, RedisSet, RedisTtlCache};
use support::Server;

use crate::near::{Names, both, keep, names, see, session};

const HOUR: Duration = Duration::from_secs(3600);

/// How often the server ran a script.
fn scripts(server: &Server) -> u64 {
    let stats: String = cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
    let calls = |name: &str| {
        let rest = stats.lines().find_map(|line| line.strip_prefix(name));
        rest.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    };
    calls("cmdstat_evalsha:calls=") + calls("cmdstat_eval:calls=")
}

#[tokio::test]
async fn a_transaction_is_one_script_and_one_more_for_a_value_in_another_form() {
    let server = Server::start();
    let session = session(&server).await;
    let (counts, news) =
        (RedisCache::<u64, i64>::new("counts").on(&session), RedisQueue::<u64>::new("news").on(&session));
    let make = |old| {
        let steps = session.transaction().expect(counts.entry(1), Some(old)).set(counts.entry(1), 1);
        steps.set(counts.entry(2), 2).put(&news, 3).add(&RedisSet::<u64>::new("seen"), 4).commit()
    };
    counts.set(1, 1).await.unwrap();
    // The first one of a session teaches it to the server.
    assert!(make(&1).await.unwrap().is_done());
    let before = scripts(&server);
    assert!(make(&1).await.unwrap().is_done());
    assert_eq!(scripts(&server), before + 1);
    assert!(!make(&5).await.unwrap().is_done());
    cmd("HSET").arg(&["counts", "i|1", "i|007"]).exec(&mut server.raw()).unwrap();
    let before = scripts(&server);
    assert!(make(&7).await.unwrap().is_done());
    assert_eq!(scripts(&server), before + 2);
    assert!(session.transaction().commit().await.unwrap().is_done());
    assert_eq!(scripts(&server), before + 2, "nothing is sent for nothing");
}

/// What other processes keep, by the server and by those who write.
#[tokio::test]
async fn what_others_keep_is_dropped() {
    let server = Server::start();
    let (ours, theirs) = (session(&server).await, session(&server).await);
    for near in both() {
        let kept = names(&theirs, near);
        let told: Names = names(&ours, near);
        kept.update([(1, "one"), (2, "two")]).await.unwrap();
        for n in 0..10 {
            keep(&kept, 1).await;
            let value = n.to_string();
            let steps = ours.transaction().set(told.entry(1), &value).delete(told.entry(3));
            assert!(steps.put(&RedisQueue::<u64>::new("news"), n).commit().await.unwrap().is_done());
            see(&kept, 1, Some(&value)).await;
        }
        keep(&kept, 1).await;
        assert!(ours.transaction().delete(told.entry(1)).commit().await.unwrap().is_done());
        see(&kept, 1, None).await;
        assert_eq!(kept.get(2).await.unwrap().as_deref(), Some("two"));
    }
}

/// Those who write tell which they changed, and no more is dropped.
#[tokio::test]
async fn of_those_who_tell_fields_only_these_are_dropped() {
    let server = Server::start();
    let (ours, theirs) = (session(&server).await, session(&server).await);
    let near = Near::fields().staleness(HOUR);
    let (kept, told) = (names(&theirs, near), names(&ours, near));
    kept.update([(1, "one"), (2, "two"), (3, "three")]).await.unwrap();
    for key in 1..4 {
        keep(&kept, key).await;
    }
    let steps = ours.transaction().set(told.entry(1), "uno").set(told.entry(3), "tre").delete(told.entry(1));
    assert!(steps.commit().await.unwrap().is_done());
    see(&kept, 3, Some("tre")).await;
    see(&kept, 1, None).await;
    let hits = kept.near_stats().hits();
    assert_eq!(kept.get(2).await.unwrap().as_deref(), Some("two"));
    assert_eq!(kept.near_stats().hits(), hits + 1);
    assert_eq!(kept.near_stats().invalidations(), 1, "one message of all");
}

#[tokio::test]
async fn what_others_keep_of_entries_that_end_is_dropped() {
    let server = Server::start();
    let (ours, theirs) = (session(&server).await, session(&server).await);
    let kept = RedisTtlCache::<u64, u64>::new("pages", HOUR).near(Near::tracking().staleness(HOUR)).on(&theirs);
    let pages = RedisTtlCache::<u64, u64>::new("pages", HOUR);
    for n in 0..10 {
        assert!(ours.transaction().set(pages.entry(1), n).commit().await.unwrap().is_done());
        until_read(&kept, Some(n)).await;
        let hits = kept.near_stats().hits();
        while kept.near_stats().hits() == hits {
            assert_eq!(kept.get(1).await.unwrap(), Some(n));
        }
    }
    assert!(ours.transaction().delete(pages.entry(1)).commit().await.unwrap().is_done());
    until_read(&kept, None).await;
}

async fn until_read(pages: &RedisTtlCache<u64, u64>, expected: Option<u64>) {
    let started = std::time::Instant::now();
    while pages.get(1).await.unwrap() != expected {
        assert!(started.elapsed() < crate::PATIENCE, "{expected:?} is not seen");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// As many as stay quick; `transaction_soak` makes more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_of_two_processes_that_race_with_writers_lose_nothing() {
    let server = Server::start();
    let sessions: [RedisSession; 2] = [session(&server).await, session(&server).await];
    let race = support::race(&sessions, 10_000).await.unwrap();
    assert!(race.done > 0 && race.unmet > 0, "{race:?}");
}
