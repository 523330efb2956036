//! Locks between processes, and limits that several share, on a server that fails.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::cmd;
use rediscache::{ErrorKind, LockGuard, RedisLimit, RedisLock, RedisSession};
use support::{Proxy, Server};

use crate::{PATIENCE, eventually_async};

/// Who is not told waits longer than any test.
const HOUR: Duration = Duration::from_secs(3600);

async fn orders(url: &str, lease: Duration) -> (RedisSession, RedisLock<u64>) {
    let session = RedisSession::connect(url).await.unwrap();
    let orders = RedisLock::new("orders").lease(lease).on(&session);
    (session, orders)
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("nobody waits for so long")
}

async fn listens(server: &Server) {
    eventually_async("it listens", || {
        let (_, listening): (String, u64) =
            cmd("PUBSUB").arg("NUMSUB").arg("orders:i|7$free").query(&mut server.raw()).unwrap();
        listening > 0
    })
    .await;
}

#[tokio::test]
async fn another_process_is_told_that_it_is_free() {
    let server = Server::start();
    let ((_one, here), (_other, there)) = (orders(&server.url(), HOUR).await, orders(&server.url(), HOUR).await);
    let order = here.acquire(7).await.unwrap();
    let waiting = tokio::spawn(there.acquire(7));
    listens(&server).await;
    let fence = order.fence();
    drop(order);
    assert!(soon(waiting).await.unwrap().unwrap().fence() > fence);
}

#[tokio::test]
async fn closing_the_session_lets_go_of_what_was_dropped() {
    let server = Server::start();
    let ((one, here), (_other, there)) = (orders(&server.url(), HOUR).await, orders(&server.url(), HOUR).await);
    for _ in 0..2 {
        let order = here.acquire(7).await.unwrap();
        drop(order);
    }
    let order = here.acquire(7).await.unwrap();
    drop(order);
    one.close().await.unwrap();
    assert!(there.try_acquire(7).await.unwrap().is_some());
}

#[tokio::test]
async fn who_may_not_listen_waits_for_the_lease() {
    let server = Server::start();
    let rules = ["SETUSER", "mute", "on", ">pass", "~*", "+@all", "resetchannels"];
    cmd("ACL").arg(&rules).exec(&mut server.raw()).unwrap();
    let mute = server.url().replace("redis://", "redis://mute:pass@");
    let (_one, here) = orders(&server.url(), Duration::from_secs(1)).await;
    let (_other, there) = orders(&mute, Duration::from_secs(1)).await;
    let order = here.acquire(7).await.unwrap();
    let waiting = tokio::spawn(there.acquire(7));
    tokio::time::sleep(Duration::from_millis(100)).await;
    order.release().await.unwrap();
    let order = soon(waiting).await.unwrap().unwrap();
    // Nor is it told that it may not tell.
    order.release().await.unwrap();
    assert!(here.try_acquire(7).await.unwrap().is_some());
}

/// As a process that is stopped past its lease, and goes on.
#[test]
fn a_holder_that_stood_still_finds_that_it_lost_the_lock_and_frees_no_successors() {
    let server = Server::start();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (stopped, other) = (runtime(), runtime());
    let (_one, here) = stopped.block_on(orders(&server.url(), Duration::from_millis(300)));
    let (_other, there) = other.block_on(orders(&server.url(), HOUR));
    let order = stopped.block_on(here.acquire(7)).unwrap();
    let begun = Instant::now();
    // The first does not run meanwhile.
    let next = other.block_on(soon(there.acquire(7))).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(100), "the lease stood");
    assert!(!order.is_held() && next.fence() > order.fence());
    stopped.block_on(async {
        let error = order.run(async |_| panic!("it is not held")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseLost);
        assert_eq!(order.release().await.unwrap_err().kind(), ErrorKind::LeaseLost);
    });
    other.block_on(async {
        assert!(next.is_held());
        assert!(there.try_acquire(7).await.unwrap().is_none());
    });
}

#[tokio::test]
async fn a_lease_is_renewed_through_an_outage_that_is_shorter() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let lease = Duration::from_secs(9);
    let ((_one, here), (_other, there)) = (orders(&proxy.url(), lease).await, orders(&server.url(), lease).await);
    let taken = Instant::now();
    let order = here.acquire(7).await.unwrap();
    // It would be renewed in the middle of it.
    tokio::time::sleep(Duration::from_secs(2)).await;
    proxy.refuse();
    tokio::time::sleep(Duration::from_secs(2)).await;
    proxy.accept();
    while taken.elapsed() < lease + Duration::from_secs(1) {
        assert!(order.is_held());
        assert!(there.try_acquire(7).await.unwrap().is_none());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    order.release().await.unwrap();
}

#[tokio::test]
async fn a_holder_without_a_server_knows_when_it_is_lost() {
    let mut server = Server::start();
    let (_session, orders) = orders(&server.url(), Duration::from_secs(1)).await;
    let asked = Instant::now();
    let order = orders.acquire(7).await.unwrap();
    server.kill();
    soon(order.lost()).await;
    // Not later than anybody else may have it, but for who was late to be told.
    assert!(asked.elapsed() >= Duration::from_millis(900), "lost after {:?}", asked.elapsed());
    assert!(!order.is_held());
}

#[tokio::test]
async fn a_server_without_memory_renews_and_frees_what_is_held() {
    let server = Server::start();
    let (_session, orders) = orders(&server.url(), Duration::from_secs(1)).await;
    let order = orders.acquire(7).await.unwrap();
    cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).exec(&mut server.raw()).unwrap();
    assert_eq!(orders.try_acquire(8).await.unwrap_err().kind(), ErrorKind::Server);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(order.is_held());
    order.release().await.unwrap();
    let held: bool = cmd("HEXISTS").arg(&["orders:i|7", "holder"]).query(&mut server.raw()).unwrap();
    assert!(!held);
}

/// What `Held` does in the background is done by as many sessions as there are.
#[tokio::test]
async fn of_many_processes_one_has_it_at_a_time() {
    let server = Server::start();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let (session, orders) = orders(&server.url(), HOUR).await;
        for _ in 0..25 {
            let (mut raw, acquire, session) = (server.raw(), orders.acquire(7), session.clone());
            tasks.push(tokio::spawn(async move {
                let order: LockGuard = soon(acquire).await.unwrap();
                let before: u64 = cmd("GET").arg("inside").query::<Option<u64>>(&mut raw).unwrap().unwrap_or(0);
                tokio::task::yield_now().await;
                cmd("SET").arg("inside").arg(before + 1).exec(&mut raw).unwrap();
                order.release().await.unwrap();
                drop(session);
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let inside: u64 = cmd("GET").arg("inside").query(&mut server.raw()).unwrap();
    assert_eq!(inside, 100);
}

/// So many calls of so many processes, each with a runtime of its own; `CALLS` says of how many.
#[test]
fn no_more_go_on_than_the_limit_allows_however_many_processes_ask() {
    const PROCESSES: u64 = 8;
    const CALLERS: u64 = 25;
    let calls: u64 = std::env::var("CALLS").map_or(20_000, |calls| calls.parse().unwrap());
    let server = Server::start();
    let url = server.url();
    let begun = Instant::now();
    let ask = || async {
        let session = RedisSession::connect(&url).await.unwrap();
        let limit = RedisLimit::<u64>::new("limit", 1000, Duration::from_secs(1)).burst(50).on(&session);
        let ask = |limit: RedisLimit<u64>| async move {
            let mut allowed = 0_u64;
            for _ in 0..calls / PROCESSES / CALLERS {
                allowed += u64::from(limit.check(1).await.unwrap().allowed());
            }
            allowed
        };
        let tasks: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(ask(limit.clone()))).collect();
        let mut allowed = 0;
        for task in tasks {
            allowed += task.await.unwrap();
        }
        allowed
    };
    let allowed: u64 = std::thread::scope(|scope| {
        let process = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(ask());
        let threads: Vec<_> = (0..PROCESSES).map(|_| scope.spawn(process)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // What the rate gives in that time, which began before the first call and ended after the last.
    let most = 50 + u64::try_from(begun.elapsed().as_millis()).unwrap() + 1;
    assert!(allowed >= 50 && allowed <= most, "{allowed} of {most}");
}

/// What one key holds, or whose it is, is nothing to the others that are checked with it.
#[tokio::test]
async fn of_checks_that_leave_together_each_is_refused_by_itself() {
    let server = Server::start();
    let mut raw = server.raw();
    cmd("SET").arg("limit:i|1").arg("a string").exec(&mut raw).unwrap();
    cmd("RPUSH").arg("limit:i|2").arg("a list").exec(&mut raw).unwrap();
    let user = ["SETUSER", "bot", "reset", "on", ">pass", "+@all", "&*", "~$*", "~limit:i|?", "~limit:i|?1"];
    cmd("ACL").arg(&user).exec(&mut raw).unwrap();
    let own = server.url().replace("redis://", "redis://bot:pass@");
    for (url, subjects) in [(server.url(), 10..20), (own, 20..40)] {
        let session = RedisSession::connect(&url).await.unwrap();
        let limit = RedisLimit::<u64>::new("limit", 1, Duration::from_secs(3600)).burst(2).on(&session);
        let is_refused = |n: u64| url.contains("bot") && n % 10 != 1;
        let subjects: Vec<u64> = (1..4).chain(subjects).collect();
        for (n, check) in subjects.iter().zip(join_all(subjects.iter().map(|n| limit.check(*n))).await) {
            match (n, check) {
                (1 | 2, check) => assert_eq!(check.unwrap_err().kind(), ErrorKind::WrongType, "{n}"),
                (3, check) => assert!(check.unwrap().allowed()),
                (n, Err(error)) => assert!(is_refused(*n) && error.kind() == ErrorKind::Server, "{n} {error}"),
                (n, Ok(check)) => assert_eq!((is_refused(*n), check.remaining()), (false, 1), "{n}"),
            }
        }
    }
    assert_eq!(cmd("GET").arg("limit:i|1").query::<String>(&mut raw).unwrap(), "a string");
}
