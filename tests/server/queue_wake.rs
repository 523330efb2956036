//! What a waiting `get` lives through.

use std::time::Duration;

use redis::{Connection, cmd};
use rediscache::{RedisQueue, RedisSession, RedisTaskQueue};
use support::Server;
use tokio::task::JoinHandle;

use crate::queue::kind::{ByHand, Got, Queue, Way, soon, turns, until};
use crate::queue::{blocked, clients};

type Waiting = JoinHandle<rediscache::Result<Option<Got>>>;

struct Scene {
    server: Server,
    raw: Connection,
    queues: [Queue; 2],
    waiting: [Waiting; 2],
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start();
        let mut raw = server.raw();
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let queues = Queue::both(&session);
        let waiting = [0, 1].map(|kind: usize| tokio::spawn(queues[kind].ask(Way::Get)));
        until(async || blocked(&mut raw).len() == 2).await;
        Self { server, raw, queues, waiting }
    }

    /// What is put in from now on must arrive, though at first our own calls may fail.
    async fn ends_well(self) {
        let [plain, task] = self.queues.each_ref().map(|queue| match queue {
            Queue::Plain(queue) => queue.key().unwrap(),
            Queue::Task(queue) => queue.key().unwrap(),
        });
        let mut raw = self.server.raw();
        for (key, one) in [plain, task].into_iter().zip(self.waiting) {
            turns(20).await;
            assert!(!one.is_finished(), "{key}: {:?}", one.await);
            cmd("LPUSH").arg(&key).arg("i|7").exec(&mut raw).unwrap();
            let got = soon(one).await.unwrap().unwrap_or_else(|error| panic!("{key}: {error:?}"));
            assert_eq!(got.unwrap().settle().await, 7);
        }
    }
}

fn kill(raw: &mut Connection, clients: &[String]) {
    for client in clients {
        let id = client.split(['=', ' ']).nth(1).unwrap();
        assert_eq!(cmd("CLIENT").arg("KILL").arg("ID").arg(id).query::<u64>(raw), Ok(1));
    }
}

#[tokio::test]
async fn its_connection_is_killed() {
    let mut scene = Scene::new().await;
    for _ in 0..3 {
        let waiting = blocked(&mut scene.raw);
        kill(&mut scene.raw, &waiting);
        until(async || blocked(&mut scene.raw).len() == 2).await;
        assert!(blocked(&mut scene.raw).iter().all(|client| !waiting.contains(client)));
    }
    scene.ends_well().await;
}

#[tokio::test]
async fn every_connection_is_killed() {
    let mut scene = Scene::new().await;
    let all = clients(&mut scene.raw);
    assert_eq!(all.len(), 3);
    kill(&mut scene.raw, &all);
    scene.ends_well().await;
}

#[tokio::test]
async fn the_server_is_restarted() {
    let mut scene = Scene::new().await;
    scene.server.restart();
    scene.ends_well().await;
}

#[tokio::test]
async fn the_server_holds_its_clients_up() {
    let mut scene = Scene::new().await;
    cmd("CLIENT").arg("PAUSE").arg(700).arg("ALL").exec(&mut scene.raw).unwrap();
    scene.ends_well().await;
}

#[tokio::test]
async fn the_server_is_frozen_for_a_while() {
    let scene = Scene::new().await;
    scene.server.pause();
    tokio::time::sleep(Duration::from_millis(700)).await;
    scene.server.resume();
    scene.ends_well().await;
}

#[tokio::test]
async fn the_server_forgets_its_scripts() {
    let mut scene = Scene::new().await;
    cmd("SCRIPT").arg("FLUSH").exec(&mut scene.raw).unwrap();
    scene.ends_well().await;
}

#[tokio::test]
async fn its_key_is_a_hash_for_a_while() {
    let mut scene = Scene::new().await;
    for key in ["plain", "task"] {
        cmd("HSET").arg(key).arg("a").arg(1).exec(&mut scene.raw).unwrap();
        cmd("DEL").arg(key).exec(&mut scene.raw).unwrap();
    }
    scene.ends_well().await;
}

/// Items had arrived for futures that are dropped when there is no connection to put them back over.
#[tokio::test]
async fn items_go_back_over_a_new_connection() {
    for kind in [0, 1] {
        let server = Server::start();
        let mut raw = server.raw();
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let queue = &Queue::both(&session)[kind];
        queue.put_many(1..=4).await;
        let mut line: Vec<_> = (0..3).map(|_| ByHand::new(queue.ask(Way::Get))).collect();
        for one in &mut line {
            assert!(one.poll().is_pending());
        }
        for one in &line {
            one.woken().await;
        }
        let all = clients(&mut raw);
        kill(&mut raw, &all);
        drop(line);
        turns(1_000).await;
        let other = RedisSession::connect(&server.url()).await.unwrap();
        let queue = &Queue::both(&other)[kind];
        until(async || session_len(queue).await == 4).await;
        queue.holds(1..=4, "back").await;
    }
}

async fn session_len(queue: &Queue) -> u64 {
    match queue {
        Queue::Plain(queue) => queue.len().await.unwrap(),
        Queue::Task(queue) => queue.len().await.unwrap(),
    }
}

#[tokio::test]
async fn its_server_is_gone_and_comes_back_with_items() {
    let mut server = Server::options().args(["--appendonly", "yes", "--appendfsync", "always"]).start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let (plain, tasks) =
        (RedisQueue::<u32>::new("plain").on(&session), RedisTaskQueue::<u32>::new("task").on(&session));
    let hasty = RedisSession::builder(server.url()).response_timeout(Duration::from_millis(300));
    let hasty = hasty.connect().await.unwrap();
    plain.put(1).await.unwrap();
    tasks.put(1).await.unwrap();
    for _ in 0..2 {
        server.kill();
        // Whoever asks meanwhile gets an answer, too, and takes nothing.
        let errors = [plain.on(&hasty).get().await.map(drop), tasks.on(&hasty).get().await.map(drop)];
        for error in errors.map(|answer| answer.unwrap_err()) {
            assert!(error.is_retryable(), "{error:?}");
        }
        server.restart();
    }
    until(async || matches!(plain.try_get().await, Ok(Some(1)))).await;
    until(async || tasks.try_get().await.is_ok_and(|task| task.is_some_and(|task| *task == 1 && task.attempt() == 1)))
        .await;
}
