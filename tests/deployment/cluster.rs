//! Clusters that are well.

use std::time::Duration;

use futures_util::TryStreamExt;
use redis::cmd;
use rediscache::{
    ErrorKind, Near, RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue, RedisSession, RedisSet,
    RedisTaskQueue, RedisTtlCache,
};
use support::{Cluster, values};
use tokio::runtime::Runtime;

use crate::every::every_operation;
use crate::{soon, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_works_wherever_its_keys_are() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::builder(cluster.url()).global_namespace("bot").connect().await.unwrap();
    for name in ["a", "b", "c", "{tag}.a"] {
        every_operation(&session, name).await.unwrap();
    }
    let keys = (0..3).map(|n| cmd("DBSIZE").query::<u64>(&mut cluster.node(n).raw()).unwrap());
    assert!(keys.clone().all(|keys| keys > 0), "some node has none: {:?}", keys.collect::<Vec<_>>());
}

#[tokio::test]
async fn the_url_of_one_node_alone_is_a_mistake_that_says_what_to_write() {
    let cluster = Cluster::of_masters(&[]);
    let url = cluster.node(0).url();
    let session = RedisSession::connect(&url).await.unwrap();
    let elsewhere = cluster.name_at(1, "cache");
    let cache = RedisCache::<u64, u64>::with_namespace(&*elsewhere).on(&session);
    let counts = RedisCache::<u64, u64>::with_namespace(&*elsewhere).on(&session);
    let queue = RedisQueue::<u64>::with_namespace(&*elsewhere).on(&session);
    for error in [
        cache.set(1, 1).await.unwrap_err(),
        counts.increment(1, 1).await.unwrap_err(),
        queue.try_get().await.unwrap_err(),
        queue.get().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(error.to_string().contains("`redis-cluster://host:port`"), "{error}");
        assert!(!error.is_retryable() && !error.is_outcome_unknown(), "{error}");
    }
}

/// The nodes tell no host then; it is that where they were asked.
#[tokio::test]
async fn nodes_that_do_not_know_their_name_are_found() {
    let cluster = Cluster::of_masters(&["--cluster-preferred-endpoint-type", "unknown-endpoint"]);
    let session = RedisSession::connect(&cluster.url_of([1])).await.unwrap();
    for key in ["a", "b", "c", "d", "e", "f"] {
        let cache = RedisCache::<u64, u64>::with_namespace(key).on(&session);
        cluster.move_slot(cluster.slot(key), 2);
        cache.set(1, 1).await.unwrap();
        cluster.move_slot(cluster.slot(key), 0);
        assert_eq!(cache.increment(1, 1).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn nodes_of_the_url_that_are_down_are_passed_over() {
    let mut cluster = Cluster::start();
    for dead in [1, 5] {
        cluster.kill(dead);
    }
    cluster.promote(4);
    let session = RedisSession::connect(&cluster.url_of([5, 1, 0])).await.unwrap();
    let cache = RedisCache::<u64, u64>::with_namespace(cluster.name_at(4, "cache")).on(&session);
    cache.set(1, 1).await.unwrap();
    assert_eq!(cache.get(1).await.unwrap(), Some(1));
}

#[tokio::test]
async fn the_keys_of_a_queue_lie_in_one_slot() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::builder(cluster.url()).global_namespace("bot").connect().await.unwrap();
    let keys = || {
        let mut keys: Vec<String> = (0..3)
            .flat_map(|n| cmd("KEYS").arg("*").query::<Vec<String>>(&mut cluster.node(n).raw()).unwrap())
            .filter(|key| !key.ends_with("$objects"))
            .collect();
        keys.sort_unstable();
        keys
    };
    let jobs = RedisTaskQueue::<u64>::new("jobs").client_identifier("w").max_attempts(2).on(&session);
    jobs.put_many([1, 2]).await.unwrap();
    jobs.put_after(9, Duration::from_secs(3600)).await.unwrap();
    let held = jobs.get().await.unwrap();
    jobs.get().await.unwrap().reschedule().await.unwrap();
    let found = keys();
    let instance = found.iter().find_map(|key| key.strip_prefix("{bot.jobs}$leases:")).unwrap();
    let leases = format!("{{bot.jobs}}$leases:{instance}");
    let others = ["$attempts", "$clients", "$delayed"].map(|suffix| format!("{{bot.jobs}}{suffix}"));
    let mut expected = vec!["bot.jobs".to_owned(), leases, "{bot.jobs}$w_pending".to_owned()];
    expected.extend(others);
    expected.sort_unstable();
    assert_eq!(found, expected);
    drop(held);

    // A name with a tag keeps it.
    let words = RedisQueue::<String>::with_namespace("{jobs}.words").on(&session);
    words.put("no number").await.unwrap();
    RedisQueue::<u64>::with_namespace("{jobs}.words").on(&session).get().await.unwrap_err();
    until(async || keys().contains(&"bot.{jobs}.words$dead".to_owned())).await;
}

#[tokio::test]
async fn tasks_of_a_dead_worker_come_back() {
    let cluster = Cluster::of_masters(&[]);
    let living = RedisSession::connect(&cluster.url()).await.unwrap();
    let jobs = RedisTaskQueue::<u64>::new("jobs").recover_after(Duration::from_millis(300));
    let (url, dying) = (cluster.url(), jobs.clone());
    let worker = std::thread::spawn(move || {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let dying = dying.on(&RedisSession::connect(&url).await.unwrap());
            dying.put(1).await.unwrap();
            std::mem::forget(dying.get().await.unwrap());
        });
        // Whatever runs there ends, as in a crash.
        runtime.shutdown_background();
    });
    worker.join().unwrap();
    let again = soon(jobs.on(&living).client_identifier("other").get()).await.unwrap();
    assert_eq!((*again, again.attempt()), (1, 2));
}

/// A hash tag cannot be put into every name. Nothing is taken that could not be put aside.
#[tokio::test]
async fn a_name_without_a_place_for_a_tag_is_unsupported() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let tasks = RedisTaskQueue::<u64>::with_namespace("jobs}").on(&session);
    let queue = RedisQueue::<u64>::with_namespace("jobs{}").on(&session);
    for error in [
        tasks.put_after(1, Duration::from_secs(1)).await.unwrap_err(),
        soon(tasks.get()).await.map(drop).unwrap_err(),
        tasks.pending().await.unwrap_err(),
        values(tasks.dead()).await.unwrap_err(),
        tasks.requeue_dead().await.unwrap_err(),
        tasks.stats().await.unwrap_err(),
        queue.dead_len().await.unwrap_err(),
        queue.stats().await.unwrap_err(),
        soon(queue.get()).await.unwrap_err(),
        queue.try_get().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert!(error.to_string().contains("hash tag"), "{error}");
    }
    let cache = RedisCache::<u64, u64>::with_namespace("a}b").on(&session);
    cache.set(1, 1).await.unwrap();
    assert_eq!(cache.increment(1, 1).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_sees_who_is_there_until_the_session_is_closed() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::builder(cluster.url()).client_name("bot-7").connect().await.unwrap();
    for n in 0..30 {
        RedisCache::<u64, u64>::with_namespace(format!("cache.{n}")).on(&session).set(1, 1).await.unwrap();
    }
    let waiting = tokio::spawn(RedisQueue::<u64>::new("queue").on(&session).get());
    let seen = |n: usize| {
        let clients: String = cmd("CLIENT").arg("LIST").query(&mut cluster.node(n).raw()).unwrap();
        clients.lines().filter(|client| client.contains(" name=bot-7 ")).count()
    };
    until(async || (0..3).map(seen).sum::<usize>() == 4).await;
    session.close().await.unwrap();
    assert_eq!(soon(waiting).await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    until(async || (0..3).map(seen).sum::<usize>() == 0).await;
}

/// One node that does not answer is enough for a probe to be told; others may not even know that it is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_master_has_to_answer_a_ping() {
    let mut cluster = Cluster::of_masters(&[]);
    let session =
        RedisSession::builder(cluster.url()).response_timeout(Duration::from_secs(2)).connect().await.unwrap();
    let pings = |n: usize| {
        let stats: String = cmd("INFO").arg("commandstats").query(&mut cluster.node(n).raw()).unwrap();
        let of_ping = stats.lines().find_map(|line| line.strip_prefix("cmdstat_ping:calls="));
        of_ping.map_or(0, |calls| calls.split(',').next().unwrap().parse::<u64>().unwrap())
    };
    let before: Vec<u64> = (0..3).map(pings).collect();
    session.ping().await.unwrap();
    assert!((0..3).map(pings).eq(before.iter().map(|pings| pings + 1)), "one each, and {before:?} before");
    for n in 0..3 {
        cluster.pause(n);
        let error = soon(session.ping()).await.unwrap_err();
        assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error:?}");
        assert_eq!((error.operation(), error.namespace()), ("ping", None));
        cluster.resume(n);
        until(async || session.ping().await.is_ok()).await;
    }
    session.close().await.unwrap();
    assert_eq!(session.ping().await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sets_of_several_slots_are_refused_before_anything_is_sent() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let set = |name: &str| RedisSet::<u64>::with_namespace(name).on(&session);
    let (one, other) = (set("one"), set("other"));
    one.add(1).await.unwrap();
    let before = scripts(&cluster);
    for refused in [one.union([&other]), one.intersection([&other]), one.difference([&other])] {
        let error = refused.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert!(error.to_string().contains("one hash tag, by `with_namespace(\"{tag}.name\")`"), "{error}");
        assert!(!error.is_outcome_unknown() && !error.is_retryable());
    }
    assert_eq!(scripts(&cluster), before);
    let (one, other) = (set("{tag}.one"), set("{tag}.other"));
    one.add(1).await.unwrap();
    other.add(2).await.unwrap();
    assert_eq!(one.union([&other]).await.unwrap().len(), 2);
}

/// How many kinds of scripts the nodes ran.
fn scripts(cluster: &Cluster) -> u64 {
    let stats = (0..3).map(|n| cmd("INFO").arg("commandstats").query::<String>(&mut cluster.node(n).raw()).unwrap());
    stats.map(|stats| stats.lines().filter(|line| line.starts_with("cmdstat_eval")).count() as u64).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_over_several_slots_is_refused_before_anything_is_sent() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let cache = |name: &str| RedisCache::<u64, u64>::with_namespace(name).on(&session);
    let pages = RedisTtlCache::<u64, u64>::with_namespace("one", Duration::from_secs(60)).on(&session);
    let (one, other) = (cache("one"), cache("other"));
    one.set(1, 1).await.unwrap();
    let begin = || session.transaction().set(one.entry(1), 2);
    let before = scripts(&cluster);
    for (refused, namespace) in [
        (begin().set(other.entry(1), 2), "other"),
        (begin().expect(other.entry(1), None), "one"),
        (begin().delete(pages.entry(1)), "one"),
        (begin().put(&RedisQueue::<u64>::new("queue"), 1), "queue"),
        (begin().add(&RedisSet::<u64>::new("set"), 1), "set"),
    ] {
        let error = refused.commit().await.unwrap_err();
        assert_eq!((error.kind(), error.namespace()), (ErrorKind::Config, Some(namespace)), "{error:?}");
        assert!(error.to_string().contains("one hash tag, by `with_namespace(\"{tag}.name\")`"), "{error}");
        assert!(!error.is_outcome_unknown() && !error.is_retryable());
    }
    assert_eq!(scripts(&cluster), before);
    assert_eq!(one.get(1).await.unwrap(), Some(1));
    let (one, other) = (cache("{tag}.one"), cache("{tag}.other"));
    assert!(session.transaction().set(one.entry(1), 3).set(other.entry(1), 4).commit().await.unwrap().is_done());
    assert_eq!((one.get(1).await.unwrap(), other.get(1).await.unwrap()), (Some(3), Some(4)));
}

/// Where those who write tell of what they change, they do so in the same step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_keep_near_is_dropped_by_a_transaction_on_a_cluster() {
    let cluster = Cluster::of_masters(&[]);
    let ours = RedisSession::connect(&cluster.url()).await.unwrap();
    let theirs = RedisSession::connect(&cluster.url()).await.unwrap();
    for near in [Near::tracking(), Near::fields()] {
        let names = RedisCache::<u64, u64>::with_namespace("{near}.names").near(near);
        let pages =
            RedisTtlCache::<u64, u64>::with_namespace("{near}.pages", Duration::from_secs(60)).near(Near::tracking());
        let (kept, read) = (names.on(&theirs), pages.on(&theirs));
        for n in 0..5 {
            let steps = ours.transaction().set(names.entry(1), n).set(pages.entry(1), n);
            assert!(steps.commit().await.unwrap().is_done());
            until(async || kept.get(1).await.unwrap() == Some(n) && read.get(1).await.unwrap() == Some(n)).await;
            let hits = || kept.near_stats().hits().min(read.near_stats().hits());
            let before = hits();
            until(async || {
                assert_eq!((kept.get(1).await.unwrap(), read.get(1).await.unwrap()), (Some(n), Some(n)));
                hits() > before
            })
            .await;
        }
    }
}

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    settings: RedisCache<u64, u64>,
    #[rediscache(ttl = "10m", near)]
    pages: RedisTtlCache<u64, u64>,
    visitors: RedisSet<u64>,
    past: RedisSet<u64>,
    #[rediscache(max_attempts = 2, client_identifier = "w")]
    jobs: RedisTaskQueue<u64>,
    #[rediscache(rate = "2/1h")]
    requests: RedisLimit<u64>,
    orders: RedisLock<u64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_one_tenant_lies_in_one_slot() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::builder(cluster.url()).global_namespace("bot").connect().await.unwrap();
    for id in 0..6 {
        let tenant = Tenant::on(&session).of(id);
        tenant.settings().set(1, id).await.unwrap();
        tenant.pages().set_many((0..20).map(|page| (page, id))).await.unwrap();
        assert_eq!(tenant.pages().get(1).await.unwrap(), Some(id));
        let load = tenant.pages().get_or_load(99, move || async move { Ok::<_, std::convert::Infallible>(id) });
        assert_eq!(load.await.unwrap(), id);
        tenant.visitors().add(1).await.unwrap();
        tenant.past().add(2).await.unwrap();
        assert_eq!(tenant.visitors().union([&tenant.past()]).await.unwrap().len(), 2);
        tenant.jobs().put_many([1, 2]).await.unwrap();
        tenant.jobs().put_after(9, Duration::from_secs(3600)).await.unwrap();
        tenant.jobs().get().await.unwrap().reschedule().await.unwrap();
        tenant.jobs().get().await.unwrap().keep();
        assert!(tenant.requests().check(1).await.unwrap().allowed());
        tenant.orders().acquire(1).await.unwrap().release().await.unwrap();
    }
    let keys: Vec<String> = (0..3)
        .flat_map(|n| cmd("KEYS").arg("*").query::<Vec<String>>(&mut cluster.node(n).raw()).unwrap())
        .filter(|key| !key.ends_with("$objects"))
        .collect();
    for id in 0..6 {
        let own: Vec<_> = keys.iter().filter(|key| key.starts_with(&format!("bot.tenant.{{i|{id}}}."))).collect();
        assert!(own.len() > 26, "{own:?}");
        let slots: std::collections::HashSet<_> = own.iter().map(|key| cluster.slot(key)).collect();
        assert_eq!(slots.len(), 1, "{own:?}");
    }
    assert!(keys.iter().all(|key| key.starts_with("bot.tenant.{i|")), "{keys:?}");
    let mut ids: Vec<u64> = Tenant::on(&session).ids().try_collect().await.unwrap();
    ids.sort_unstable();
    assert_eq!(ids, [0, 1, 2, 3, 4, 5]);
    Tenant::on(&session).of(3).jobs().reschedule_all_pending().await.unwrap();
    Tenant::on(&session).of(3).clear_all().await.unwrap();
    let left: Vec<u64> = Tenant::on(&session).ids().try_collect().await.unwrap();
    assert!(left.len() == 5 && !left.contains(&3), "{left:?}");
}
