//! What is in our hands stays there until it is back, whatever the server says.

use std::time::Duration;

use futures_util::TryStreamExt;
use redis::{Connection, cmd};
use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Direction, Proxy, Raw, RawBytes, Server};
use tokio::runtime::Handle;

use crate::eventually_async;
use crate::queue::kind::{ByHand, Queue, Way, soon};

/// What keeps items from going back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    OutOfMemory,
    Forbidden,
    Away,
}

/// A server and a way to it that can be harmed.
struct Place {
    _server: Server,
    proxy: Proxy,
    raw: Connection,
}

impl Place {
    fn new() -> Self {
        let server = Server::start();
        let (proxy, mut raw) = (Proxy::before(&server), server.raw());
        cmd("ACL").arg(&["SETUSER", "bot", "reset", "on", ">pass", "~*", "&*", "+@all"]).exec(&mut raw).unwrap();
        Self { _server: server, proxy, raw }
    }

    async fn session(&self) -> RedisSession {
        RedisSession::connect(&self.proxy.url().replace("redis://", "redis://bot:pass@")).await.unwrap()
    }

    fn begin(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::OutOfMemory => self.memory("1"),
            Trouble::Forbidden => self.rights(&["-rpush", "-lpush", "-hdel"]),
            Trouble::Away => {
                self.proxy.refuse();
                self.proxy.cut();
            }
        }
    }

    fn end(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::OutOfMemory => self.memory("0"),
            Trouble::Forbidden => self.rights(&["+@all"]),
            Trouble::Away => self.proxy.heal(),
        }
    }

    fn memory(&mut self, most: &str) {
        cmd("CONFIG").arg("SET").arg("maxmemory").arg(most).exec(&mut self.raw).unwrap();
    }

    fn rights(&mut self, rules: &[&str]) {
        cmd("ACL").arg("SETUSER").arg("bot").arg(rules).exec(&mut self.raw).unwrap();
    }

    fn length(&mut self, key: &str) -> usize {
        cmd("LLEN").arg(key).query(&mut self.raw).unwrap()
    }

    /// How often something was refused, or was not answered.
    fn refusals(&mut self) -> u64 {
        let errors: String = cmd("INFO").arg("errorstats").query(&mut self.raw).unwrap();
        let counts = errors.lines().filter_map(|line| line.split_once("count=")?.1.trim().parse::<u64>().ok());
        counts.sum::<u64>() + self.proxy.accepted()
    }

    /// Waits until it was tried several times since there were so many refusals.
    async fn tried(&mut self, trouble: Trouble, before: u64) {
        if trouble == Trouble::Away {
            return tokio::time::sleep(Duration::from_millis(1500)).await;
        }
        eventually_async("some tries", || self.refusals() >= before + 3).await;
    }
}

/// A future that has got 7 and was not polled since.
async fn arrived(queue: &Queue) -> ByHand<rediscache::Result<Option<crate::queue::kind::Got>>> {
    queue.put_many([7]).await;
    let mut getting = ByHand::new(queue.ask(Way::Get));
    assert!(getting.poll().is_pending());
    getting.woken().await;
    getting
}

/// What can happen to an item of a queue. A script of tasks that begins to remove is not stopped by a lack of memory.
const ALL: [(usize, Trouble); 5] = [
    (0, Trouble::OutOfMemory),
    (0, Trouble::Forbidden),
    (0, Trouble::Away),
    (1, Trouble::Forbidden),
    (1, Trouble::Away),
];

fn queue(session: &RedisSession, kind: usize) -> Queue {
    Queue::both(session)[kind].clone()
}

fn key(kind: usize) -> &'static str {
    ["plain", "task"][kind]
}

#[tokio::test]
async fn it_goes_back_when_that_is_no_longer_refused() {
    for (kind, trouble) in ALL {
        let mut place = Place::new();
        let session = place.session().await;
        let queue = queue(&session, kind);
        let getting = arrived(&queue).await;
        place.begin(trouble);
        let before = place.refusals();
        drop(getting);
        place.tried(trouble, before).await;
        assert_eq!(place.length(key(kind)), 0, "{trouble:?}");
        place.end(trouble);
        eventually_async("the item", || place.length(key(kind)) == 1).await;
        queue.holds([7], trouble).await;
    }
}

#[tokio::test]
async fn the_next_who_asks_may_have_it_meanwhile() {
    for kind in [0, 1] {
        let mut place = Place::new();
        let session = place.session().await;
        let queue = queue(&session, kind);
        let getting = arrived(&queue).await;
        place.begin(Trouble::Forbidden);
        let before = place.refusals();
        drop(getting);
        place.tried(Trouble::Forbidden, before).await;
        let got = soon(queue.ask(Way::TryGet)).await.unwrap().expect("it is here");
        place.end(Trouble::Forbidden);
        assert_eq!(got.settle().await, 7);
        queue.holds([], "it was handed out").await;
    }
}

/// The commands of what puts things back.
const COMMANDS: [&str; 13] =
    ["hdel", "hget", "hlen", "hmget", "hset", "llen", "lrem", "pexpire", "rpush", "set", "zadd", "zrange", "zrem"];

/// What is refused half way would be in two hands.
#[tokio::test]
async fn whatever_is_forbidden_it_is_here_or_back() {
    let mut place = Place::new();
    for (kind, command) in [0, 1].into_iter().flat_map(|kind| COMMANDS.map(|command| (kind, command))) {
        let (session, other) = (place.session().await, place.session().await);
        let (queue, other) = (queue(&session, kind), queue(&other, kind));
        let getting = arrived(&queue).await;
        place.rights(&[&format!("-{command}")]);
        let before = place.refusals();
        drop(getting);
        eventually_async("a try", || place.refusals() > before || place.length(key(kind)) == 1).await;
        place.rights(&["+@all"]);
        let got = soon(queue.ask(Way::TryGet)).await.unwrap().expect("it is here or back");
        assert!(other.ask(Way::TryGet).await.unwrap().is_none(), "{command}: it came twice");
        assert_eq!(got.settle().await, 7, "{command}");
        queue.holds([], command).await;
    }
}

/// More than are put back at once, of which those that come first are refused.
#[tokio::test]
async fn of_many_each_is_here_or_back() {
    let mut place = Place::new();
    let (jobs, others) = (
        RedisTaskQueue::<u64>::new("task").on(&place.session().await),
        RedisTaskQueue::<u64>::new("task").on(&place.session().await),
    );
    jobs.put_many([0, 1]).await.unwrap();
    for _ in 0..2 {
        jobs.get().await.unwrap().reschedule().await.unwrap();
    }
    jobs.put_many(2..=300).await.unwrap();
    let mut tasks = jobs.stream_ahead(301);
    let first = soon(tasks.try_next()).await.unwrap().expect("it does not end");
    // How often tasks were delivered is remembered of one, which comes first.
    place.rights(&["-pexpire"]);
    let before = place.refusals();
    drop(tasks);
    place.tried(Trouble::Forbidden, before).await;
    let mut numbers = Vec::new();
    for queue in [others, jobs] {
        while let Some(task) = queue.try_get().await.unwrap() {
            assert_eq!(task.attempt(), if *task == 1 { 2 } else { 1 });
            numbers.push(*task);
            task.finalize().await.unwrap();
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    first.finalize().await.unwrap();
}

/// What a session holds when it closes returns as if it had not been delivered; but this one failed before.
#[tokio::test]
async fn a_failed_attempt_counts_though_the_session_closes_before_that_is_said() {
    let mut place = Place::new();
    let (session, other) = (place.session().await, place.session().await);
    let jobs = RedisTaskQueue::<u64>::new("task").backoff(Duration::from_millis(20), Duration::from_millis(20));
    let (jobs, others) = (jobs.clone().on(&session), jobs.on(&other));
    jobs.put(7).await.unwrap();
    let task = jobs.get().await.unwrap();
    place.rights(&["-zadd"]);
    let before = place.refusals();
    drop(task);
    eventually_async("a try", || place.refusals() > before).await;
    let error = soon(session.close()).await.unwrap_err();
    assert!(error.to_string().starts_with("close failed: 1 item of `task` could not"), "{error}");
    place.rights(&["+@all"]);
    let task = soon(others.get()).await.unwrap();
    assert_eq!((*task, task.attempt()), (7, 2));
    task.finalize().await.unwrap();
}

/// The refusal is on its way when someone asks.
#[tokio::test]
async fn who_asks_while_it_goes_back_has_it_when_that_is_refused() {
    for kind in [0, 1] {
        let mut place = Place::new();
        let session = place.session().await;
        let queue = queue(&session, kind);
        let getting = arrived(&queue).await;
        place.begin(Trouble::Forbidden);
        place.proxy.hold(Direction::Replies);
        let before = place.refusals();
        drop(getting);
        eventually_async("a try", || place.refusals() > before).await;
        let mut asking = ByHand::new(queue.ask(Way::TryGet));
        assert!(asking.poll().is_pending());
        place.proxy.heal();
        let got = soon(asking.finish()).await.unwrap().expect("it is here");
        place.end(Trouble::Forbidden);
        assert_eq!(got.settle().await, 7);
        queue.holds([], "it was handed out").await;
    }
}

#[tokio::test]
async fn closing_says_what_could_not_be_brought_back_and_it_is_later() {
    for (kind, trouble) in ALL {
        let mut place = Place::new();
        let before = Handle::current().metrics().num_alive_tasks();
        let session = place.session().await;
        let getting = arrived(&queue(&session, kind)).await;
        place.begin(trouble);
        drop(getting);
        let error = soon(session.close()).await.unwrap_err();
        let expected = if trouble == Trouble::Away { ErrorKind::Connection } else { ErrorKind::Server };
        assert!(error.kind() == expected || trouble == Trouble::Away && error.is_timeout(), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("close failed: 1 item of `{}` could not", key(kind))), "{text}");
        assert_eq!(error.is_retryable(), trouble != Trouble::Forbidden, "{error:?}");
        place.end(trouble);
        eventually_async("the item", || place.length(key(kind)) == 1).await;
        session.close().await.unwrap();
        eventually_async("no connection", || place.proxy.open() == 0).await;
        drop(place);
        eventually_async("no task", || Handle::current().metrics().num_alive_tasks() <= before).await;
    }
}

#[tokio::test]
async fn a_session_of_which_the_last_clone_is_gone_lives_until_it_is_back() {
    for (kind, trouble) in ALL {
        let mut place = Place::new();
        let session = place.session().await;
        let getting = arrived(&queue(&session, kind)).await;
        place.begin(trouble);
        let before = place.refusals();
        drop((getting, session));
        place.tried(trouble, before).await;
        assert_eq!(place.length(key(kind)), 0, "{trouble:?}");
        place.end(trouble);
        eventually_async("the item", || place.length(key(kind)) == 1).await;
        eventually_async("no connection", || place.proxy.open() == 0).await;
    }
}

#[tokio::test]
async fn an_unreadable_item_is_called_moved_when_it_was_moved() {
    for trouble in [Trouble::OutOfMemory, Trouble::Forbidden] {
        let mut place = Place::new();
        let session = place.session().await;
        let (raw, jobs) = (RedisQueue::<RawBytes, Raw>::new("plain").on(&session), RedisQueue::<u64>::new("plain"));
        raw.put_many(["x", "i|7"].map(RawBytes::from)).await.unwrap();
        place.begin(trouble);
        let error = soon(jobs.on(&session).get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert!(text.contains("could not be put aside yet") && text.contains("this process keeps it"), "{text}");
        assert_eq!(place.length("plain$dead"), 0);
        assert_eq!(soon(jobs.on(&session).get()).await.unwrap(), 7, "it is not handed out again");
        place.end(trouble);
        eventually_async("a dead letter", || place.length("plain$dead") == 1).await;
        raw.put(RawBytes::from("y")).await.unwrap();
        let error = jobs.on(&session).get().await.unwrap_err();
        assert!(error.to_string().contains("was moved"), "{error}");
        assert_eq!(place.length("plain$dead"), 2);
    }
}

/// A server that does what it is told and says nothing of it.
#[tokio::test]
async fn what_may_be_back_already_goes_back_once() {
    for kind in [0, 1] {
        let mut place = Place::new();
        let builder = RedisSession::builder(place.proxy.url()).response_timeout(Duration::from_millis(200));
        let session = builder.connect().await.unwrap();
        // The server knows the script then.
        drop(arrived(&queue(&session, kind)).await);
        eventually_async("the item", || place.length(key(kind)) == 1).await;
        queue(&session, kind).holds([7], "back").await;
        let getting = arrived(&queue(&session, kind)).await;
        place.proxy.swallow(Direction::Replies);
        drop(getting);
        eventually_async("the item", || place.length(key(kind)) == 1).await;
        assert_eq!(soon(session.close()).await.unwrap_err().kind(), ErrorKind::Timeout);
        place.proxy.heal();
        place.proxy.cut();
        soon(session.close()).await.unwrap();
        assert_eq!(place.length(key(kind)), 1);
    }
}
