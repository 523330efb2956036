//! Loads of several processes on one server, and loads while it is away.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::{Connection, cmd};
use rediscache::{ErrorKind, LoadError, RedisSession, RedisTtlCache, WhenDown};
use support::{Proxy, Server, Strike};
use tokio::sync::oneshot;

use crate::monitor::Monitor;
use crate::{PATIENCE, eventually_async};

const HOUR: Duration = Duration::from_secs(3600);

pub(crate) type Pages = RedisTtlCache<u64, String>;

pub(crate) fn pages(session: &RedisSession) -> Pages {
    // Who is not told waits longer than any test.
    Pages::new("pages", HOUR).lease(HOUR).on(session)
}

pub(crate) async fn page(pages: &Pages, text: &'static str) -> Result<String, LoadError<Infallible>> {
    let call = pages.get_or_load(7, move || async move { Ok(text.to_owned()) });
    tokio::time::timeout(PATIENCE, call).await.expect("nobody waits for so long")
}

/// Begins to load, and ends when it is told what to bring.
pub(crate) async fn begin(
    pages: &Pages,
) -> (oneshot::Sender<Result<&'static str, ()>>, tokio::task::JoinHandle<Result<String, LoadError<()>>>) {
    let (begun, has_begun) = oneshot::channel();
    let (bring, brought) = oneshot::channel::<Result<&'static str, ()>>();
    let load = tokio::spawn(pages.get_or_load(7, move || async move {
        begun.send(()).unwrap();
        brought.await.unwrap().map(str::to_owned)
    }));
    has_begun.await.unwrap();
    (bring, load)
}

/// One that waits for the lease of another.
async fn wait(
    pages: &Pages,
    text: &'static str,
    server: &Server,
) -> tokio::task::JoinHandle<Result<String, LoadError<Infallible>>> {
    let waits = pages.clone();
    let waiting = tokio::spawn(async move { page(&waits, text).await });
    eventually_async("it waits", || {
        let waited: bool = cmd("HEXISTS").arg("pages:i|7").arg("waited").query(&mut server.raw()).unwrap_or_default();
        let heard: (String, u64) = cmd("PUBSUB").arg("NUMSUB").arg("pages:i|7$lease").query(&mut server.raw()).unwrap();
        waited && heard.1 > 0
    })
    .await;
    waiting
}

async fn sessions(server: &Server) -> [RedisSession; 2] {
    [RedisSession::connect(&server.url()).await.unwrap(), RedisSession::connect(&server.url()).await.unwrap()]
}

#[tokio::test]
async fn another_process_is_told_of_the_end_of_a_load() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    for (brought, expected) in [(Ok("loaded"), "loaded"), (Err(()), "by the other")] {
        let (bring, load) = begin(&pages(&one)).await;
        let waiting = wait(&pages(&other), "by the other", &server).await;
        bring.send(brought).unwrap();
        assert_eq!(load.await.unwrap().is_ok(), brought.is_ok());
        assert_eq!(waiting.await.unwrap().unwrap(), expected);
        assert!(pages(&one).delete(7).await.unwrap());
    }
    assert_eq!(pages(&other).stats().loads(), 1);
}

#[tokio::test]
async fn a_session_that_is_closed_leaves_its_load_to_another() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    let (_bring, load) = begin(&pages(&one)).await;
    let waiting = wait(&pages(&other), "by the other", &server).await;
    one.close().await.unwrap();
    let LoadError::Cache(error) = load.await.unwrap().unwrap_err() else { panic!("it was not the loader") };
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(waiting.await.unwrap().unwrap(), "by the other");
}

#[tokio::test]
async fn a_write_of_another_process_ends_a_load_when_the_lease_is_renewed() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    let brief = pages(&one).lease(Duration::from_millis(300));
    let (bring, load) = begin(&brief).await;
    pages(&other).set(7, "written").await.unwrap();
    assert_eq!(page(&brief, "never").await.unwrap(), "written");
    pages(&other).delete(7).await.unwrap();
    // Nobody may share what has begun before.
    assert_eq!(page(&brief, "anew").await.unwrap(), "anew");
    bring.send(Ok("old")).unwrap();
    assert_eq!(load.await.unwrap().unwrap(), "old");
    assert_eq!(pages(&other).get(7).await.unwrap().as_deref(), Some("anew"));
}

#[tokio::test]
async fn where_nobody_may_tell_the_rest_of_the_lease_is_waited_for() {
    let server = Server::start();
    let user = ["on", ">password", "~*", "+@all", "-publish", "-subscribe", "resetchannels"];
    let _: () = cmd("ACL").arg("SETUSER").arg("mute").arg(&user).query(&mut server.raw()).unwrap();
    let mute = server.url().replace("redis://", "redis://mute:password@");
    for url in [mute, format!("{}?protocol=resp2", server.url())] {
        let brief = |session: &RedisSession| pages(session).lease(Duration::from_millis(300));
        let one = RedisSession::connect(&url).await.unwrap();
        let other = RedisSession::connect(&url).await.unwrap();
        let (bring, load) = begin(&brief(&one)).await;
        let waits = brief(&other);
        let waiting = tokio::spawn(async move { page(&waits, "by the other").await });
        eventually_async("it waits", || {
            cmd("HEXISTS").arg("pages:i|7").arg("waited").query(&mut server.raw()).unwrap_or_default()
        })
        .await;
        bring.send(Ok("loaded")).unwrap();
        assert_eq!(load.await.unwrap().unwrap(), "loaded");
        assert_eq!(waiting.await.unwrap().unwrap(), "loaded");
        assert!(brief(&one).delete(7).await.unwrap());
    }
}

#[tokio::test]
async fn the_connection_that_waits_is_closed_when_nobody_does_and_leaves_nothing_behind() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    let clients = || cmd("CLIENT").arg("LIST").query::<String>(&mut server.raw()).unwrap().lines().count();
    let before = clients();
    let (bring, load) = begin(&pages(&one)).await;
    let waiting = wait(&pages(&other), "by the other", &server).await;
    eventually_async("it has one of its own", || clients() == before + 1).await;
    bring.send(Ok("loaded")).unwrap();
    let _ = (load.await, waiting.await);
    eventually_async("it is closed", || clients() == before).await;
    let keys: Vec<String> = cmd("KEYS").arg("pages:*").query(&mut server.raw()).unwrap();
    assert_eq!(keys, ["pages:i|7"]);
}

#[tokio::test]
async fn what_is_loaded_is_given_while_the_server_is_dead_frozen_or_full() {
    let mut server = Server::start();
    let session = RedisSession::builder(server.url()).response_timeout(Duration::from_secs(1)).connect().await.unwrap();
    let asked = Arc::new(AtomicU64::new(0));
    let ask = |pages: &Pages, key: u64| {
        let asked = Arc::clone(&asked);
        pages.get_or_load(key, move || async move {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<_, Infallible>("loaded".to_owned())
        })
    };
    let (quick, strict) =
        (pages(&session).timeout(Duration::from_millis(50)), pages(&session).when_down(WhenDown::Error));
    let _: () = cmd("CONFIG").arg("SET").arg("maxmemory").arg(1).query(&mut server.raw()).unwrap();
    assert_eq!(ask(&quick, 1).await.unwrap(), "loaded");
    assert!(quick.set(1, "full").await.is_err());
    let _: () = cmd("CONFIG").arg("SET").arg("maxmemory").arg(0).query(&mut server.raw()).unwrap();

    server.pause();
    let began = Instant::now();
    assert_eq!(ask(&quick, 2).await.unwrap(), "loaded");
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    server.resume();

    server.kill();
    for round in 0..3 {
        let before = asked.load(Ordering::SeqCst);
        let shared = join_all((0..20).map(|_| tokio::spawn(ask(&quick, 3)))).await;
        assert!(shared.into_iter().all(|page| page.unwrap().unwrap() == "loaded"));
        assert!(asked.load(Ordering::SeqCst) <= before + 2, "in round {round}");
    }
    let LoadError::Cache(error) = ask(&strict, 3).await.unwrap_err() else { panic!("it was not the loader") };
    assert!([ErrorKind::Connection, ErrorKind::Timeout].contains(&error.kind()), "{error}");

    server.restart();
    let mut stored = false;
    let until = Instant::now() + PATIENCE;
    while !stored && Instant::now() < until {
        assert_eq!(ask(&quick, 4).await.unwrap(), "loaded");
        stored = pages(&session).get(4).await.is_ok_and(|page| page.is_some());
    }
    assert!(stored, "it is stored again");
}

#[tokio::test]
async fn who_waits_for_another_process_goes_on_when_the_server_says_nothing() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    let quick = |session: &RedisSession| pages(session).timeout(Duration::from_millis(100));
    let (bring, load) = begin(&quick(&one)).await;
    let waiting = wait(&quick(&other), "by the other", &server).await;
    server.pause();
    assert_eq!(waiting.await.unwrap().unwrap(), "by the other");
    bring.send(Ok("loaded")).unwrap();
    assert_eq!(load.await.unwrap().unwrap(), "loaded");
    server.resume();
    // The lease, which nobody could be told of, ends as soon as someone can be.
    let until = Instant::now() + PATIENCE;
    while !pages(&other).get(7).await.is_ok_and(|page| page.is_some()) {
        page(&quick(&other), "again").await.unwrap();
        assert!(Instant::now() < until, "nothing is stored");
    }
}

#[tokio::test]
async fn a_lease_that_a_server_short_of_replicas_does_not_end_is_ended_later() {
    let server = Server::start();
    let [one, other] = sessions(&server).await;
    let mut raw = server.raw();
    let mut wanted = |replicas: u8| {
        cmd("CONFIG").arg("SET").arg("min-replicas-to-write").arg(replicas).exec(&mut raw).unwrap();
    };
    let (bring, load) = begin(&pages(&one)).await;
    let waiting = wait(&pages(&other), "by the other", &server).await;
    wanted(1);
    bring.send(Ok("loaded")).unwrap();
    assert_eq!(load.await.unwrap().unwrap(), "loaded");
    // Whoever waits for it does so no longer, though nothing can be stored.
    assert_eq!(waiting.await.unwrap().unwrap(), "by the other");
    wanted(0);
    assert_eq!(page(&pages(&other), "later").await.unwrap(), "later");
    assert_eq!(pages(&one).get(7).await.unwrap().as_deref(), Some("later"));
}

/// Its answer was lost, and nobody is let in who would ask again.
#[tokio::test]
async fn a_lease_that_was_granted_unheard_is_ended_when_the_server_lets_us_in() {
    let server = Server::start();
    let (proxy, mut raw) = (Proxy::before(&server), server.raw());
    let pages = pages(&RedisSession::connect(&proxy.url()).await.unwrap());
    // The server knows the scripts then.
    page(&pages, "first").await.unwrap();
    assert!(pages.delete(7).await.unwrap());
    let kind = |raw: &mut Connection| -> String { cmd("TYPE").arg("pages:i|7").query(raw).unwrap() };
    let allow = |raw: &mut Connection, clients: u32| {
        cmd("CONFIG").arg("SET").arg("maxclients").arg(clients).exec(raw).unwrap();
    };
    allow(&mut raw, 1);
    proxy.strike("EVALSHA", Strike::After);
    assert_eq!(page(&pages, "without a lease").await.unwrap(), "without a lease");
    assert_eq!(kind(&mut raw), "hash");
    allow(&mut raw, 10_000);
    eventually_async("the lease is gone", || kind(&mut raw) == "none").await;
}

/// It may have read only then what asked for the lease.
#[tokio::test]
async fn a_lease_that_stands_when_the_server_is_back_after_longer_than_that_is_ended() {
    const LEASE: Duration = Duration::from_secs(1);
    let server = Server::start();
    let (proxy, mut raw) = (Proxy::before(&server), server.raw());
    let session = RedisSession::builder(proxy.url()).response_timeout(LEASE / 2).connect().await.unwrap();
    let pages = pages(&session).lease(LEASE);
    page(&pages, "first").await.unwrap();
    assert!(pages.delete(7).await.unwrap());
    cmd("CONFIG").arg(&["SET", "maxclients", "1"]).exec(&mut raw).unwrap();
    proxy.strike("EVALSHA", Strike::After);
    assert_eq!(page(&pages, "without a lease").await.unwrap(), "without a lease");
    // As if it had been granted at the end.
    cmd("PERSIST").arg("pages:i|7").exec(&mut raw).unwrap();
    tokio::time::sleep(2 * LEASE).await;
    cmd("CONFIG").arg(&["SET", "maxclients", "10000"]).exec(&mut raw).unwrap();
    eventually_async("the lease is gone", || cmd("EXISTS").arg("pages:i|7").query::<u64>(&mut raw).unwrap() == 0).await;
}

/// What asks for them is made again for as long as the server is not ready, though nobody waits for it any more.
#[tokio::test]
async fn leases_that_are_granted_when_nobody_waits_for_them_are_ended() {
    const KEYS: std::ops::Range<u64> = 10..20;
    let server = Server::start();
    let (proxy, mut monitor) = (Proxy::before(&server), Monitor::on(&server));
    let pages = pages(&RedisSession::connect(&proxy.url()).await.unwrap());
    for _ in 0..2 {
        monitor.commands();
        page(&pages, "known").await.unwrap();
        assert!(pages.delete(7).await.unwrap());
    }
    let begins = monitor.commands().into_iter().find_map(|command| {
        let mut words = command.split('"').filter(|word| !word.trim().is_empty());
        (words.next() == Some("EVALSHA")).then(|| format!("EVALSHA {}", words.next().unwrap()))
    });
    let begins = begins.expect("there is one who takes the lease");
    let taken = || -> u64 {
        let stats: String = cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_hset:calls="));
        line.and_then(|line| line.split(',').next()).map_or(0, |calls| calls.parse().unwrap())
    };
    let (before, strikes) = (taken(), 16);
    for _ in 0..strikes {
        proxy.strike(&begins, Strike::Instead(b"-MASTERDOWN Link with MASTER is down\r\n".to_vec()));
    }
    let quick = pages.timeout(Duration::from_millis(300));
    let load = |key: u64| quick.get_or_load(key, || async { Ok::<_, Infallible>("without a lease".to_owned()) });
    for answer in join_all(KEYS.map(load)).await {
        assert_eq!(answer.unwrap(), "without a lease");
    }
    eventually_async("they are granted", || proxy.struck() == strikes && taken() > before).await;
    let kind = |key: u64| cmd("TYPE").arg(format!("pages:i|{key}")).query::<String>(&mut server.raw()).unwrap();
    eventually_async("they are ended", || KEYS.map(kind).all(|kind| kind == "none")).await;
}

/// Others may reach the server, and write before one asks here.
#[tokio::test]
async fn without_a_server_nobody_is_given_what_was_loaded_before_they_asked() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let pages = pages(&session).timeout(Duration::from_millis(50));
    server.kill();
    let (bring, early) = begin(&pages).await;
    let late = tokio::spawn(pages.get_or_load(7, || async { Ok::<_, ()>("late".to_owned()) }));
    eventually_async("it waits", || pages.stats().shared() == 1).await;
    bring.send(Ok("early")).unwrap();
    assert_eq!(early.await.unwrap().unwrap(), "early");
    assert_eq!(late.await.unwrap().unwrap(), "late");
}

#[tokio::test]
async fn who_may_not_ask_when_an_entry_ends_loads_what_is_not_there_and_keeps_what_is_stale() {
    let server = Server::start();
    let user = ["on", ">password", "~*", "&*", "+@all", "-pexpiretime"];
    let _: () = cmd("ACL").arg("SETUSER").arg("some").arg(&user).query(&mut server.raw()).unwrap();
    let url = server.url().replace("redis://", "redis://some:password@");
    let pages = pages(&RedisSession::connect(&url).await.unwrap()).stale(HOUR);
    assert_eq!(page(&pages, "one").await.unwrap(), "one");
    pages.set_for(7, "two", Duration::ZERO).await.unwrap();
    while pages.contains(7).await.unwrap() {}
    for _ in 0..10 {
        assert_eq!(page(&pages, "never").await.unwrap(), "two");
    }
    assert_eq!(pages.stats().loads(), 1);
}

#[tokio::test]
async fn loads_that_begin_or_end_at_once_share_their_scripts() {
    const KEYS: u64 = 400;
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let pages = pages(&session);
    cmd("CONFIG").arg("RESETSTAT").exec(&mut server.raw()).unwrap();
    let load = |key: u64| pages.get_or_load(key, move || async move { Ok::<_, Infallible>(format!("page {key}")) });
    for (key, page) in (0..KEYS).zip(join_all((0..KEYS).map(load)).await) {
        assert_eq!(page.unwrap(), format!("page {key}"));
    }
    let stats: String = cmd("INFO").arg("commandstats").query(&mut server.raw()).unwrap();
    let calls = |command: &str| -> u64 {
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.and_then(|line| line.split(',').next()).map_or(0, |calls| calls.parse().unwrap())
    };
    assert!(calls("set") >= KEYS && calls("evalsha") + calls("eval") < KEYS / 4, "{stats}");
}

#[tokio::test]
async fn many_stale_entries_are_read_where_no_script_may_be_run() {
    let server = Server::start();
    let rules = ["SETUSER", "plain", "on", ">pass", "~*", "&*", "+@all", "-eval", "-evalsha"];
    cmd("ACL").arg(&rules).exec(&mut server.raw()).unwrap();
    let (session, plain) = (server.url(), server.url().replace("redis://", "redis://plain:pass@"));
    let stale = |session: &RedisSession| pages(session).stale(HOUR);
    let [one, other] = [session, plain].map(|url| async move { RedisSession::connect(&url).await.unwrap() });
    let (one, other) = (stale(&one.await), stale(&other.await));
    one.set_many((0..50_u64).map(|key| (key, format!("page {key}")))).await.unwrap();
    for (key, page) in (0..51).zip(join_all((0..51).map(|key| other.get(key))).await) {
        assert_eq!(page.unwrap(), (key < 50).then(|| format!("page {key}")));
    }
}
