//! What is known of a server that is killed, silent, or back, and that someone sees to it though nobody calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::error::Result;
use crate::store::Store;

/// The longest that anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a call has here at the most.
const LIMIT: Duration = Duration::from_millis(50);

/// A server that has nothing, and may say nothing.
struct Server {
    address: String,
    state: Arc<State>,
    /// Dropped, all of its connections end.
    running: JoinSet<()>,
}

struct State {
    is_silent: watch::Sender<bool>,
    accepted: AtomicU64,
    pings: AtomicU64,
}

impl Server {
    async fn start() -> Self {
        let state =
            State { is_silent: watch::Sender::new(false), accepted: AtomicU64::new(0), pings: AtomicU64::new(0) };
        let mut server = Self { address: "127.0.0.1:0".to_owned(), state: Arc::new(state), running: JoinSet::new() };
        server.run().await;
        server
    }

    async fn run(&mut self) {
        let listener = TcpListener::bind(&self.address).await.expect("the port is free");
        self.address = listener.local_addr().expect("it has one").to_string();
        let state = Arc::clone(&self.state);
        self.running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                state.accepted.fetch_add(1, Ordering::Relaxed);
                connections.spawn(serve(stream, Arc::clone(&state)));
            }
        });
    }

    /// Nobody listens any more.
    async fn kill(&mut self) {
        self.running.shutdown().await;
    }

    fn be_silent(&self, is_silent: bool) {
        self.state.is_silent.send_replace(is_silent);
    }

    async fn session(&self) -> Store {
        let config = Config::new(&format!("redis://{}", self.address)).expect("it is a URL");
        let store = Store::connect(&config).await.expect("it answers");
        store.expect_within(LIMIT);
        assert!(!store.is_away("key"));
        store
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let mut stream = BufReader::new(stream);
    while let Some(command) = read(&mut stream).await {
        state.pings.fetch_add((command == "PING").into(), Ordering::Relaxed);
        let _ = state.is_silent.subscribe().wait_for(|is_silent| !is_silent).await;
        let answer: &[u8] = match &*command {
            "HELLO" => b"%1\r\n$5\r\nproto\r\n:3\r\n",
            "HGET" => b"_\r\n",
            _ => b"+OK\r\n",
        };
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// The name of the next command.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut parts, mut name) = (number(stream).await?, None);
    while parts > 0 {
        let mut part = vec![0; number(stream).await? + 2];
        stream.read_exact(&mut part).await.ok()?;
        name.get_or_insert_with(|| String::from_utf8_lossy(&part).trim().to_ascii_uppercase());
        parts -= 1;
    }
    name
}

/// What stands behind the sign of a line.
async fn number(stream: &mut BufReader<TcpStream>) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    line.get(1..)?.trim().parse().ok()
}

/// A call that has no more time than the limit.
async fn call(store: &Store) -> Option<Result<Option<Vec<u8>>>> {
    tokio::time::timeout(LIMIT, store.hashes().get("key", b"field")).await.ok()
}

async fn eventually(what: &str, is: impl Fn() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "{what}: still not");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_server_that_is_killed_is_away_until_it_is_back() {
    let mut server = Server::start().await;
    let store = server.session().await;
    server.kill().await;
    eventually("it is away", || store.is_away("key")).await;
    assert!(!matches!(call(&store).await, Some(Ok(_))));
    assert!(store.is_away("key"));

    // Nobody calls and nobody asks.
    let accepted = || server.state.accepted.load(Ordering::Relaxed);
    let before = accepted();
    let mut back =
        Server { address: server.address.clone(), state: Arc::clone(&server.state), running: JoinSet::new() };
    back.run().await;
    eventually("it is called", || accepted() > before).await;
    eventually("it is back", || !store.is_away("key")).await;
    assert!(matches!(store.hashes().get("key", b"field").await, Ok(None)));
}

#[tokio::test]
async fn a_connection_that_is_lost_for_a_moment_is_not_away() {
    let mut server = Server::start().await;
    let store = server.session().await;
    server.kill().await;
    server.run().await;
    assert!(matches!(store.hashes().get("key", b"field").await, Ok(None)));
    assert!(!store.is_away("key"));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_away_when_a_call_has_waited_for_it_and_no_longer_than_that() {
    let server = Server::start().await;
    let store = server.session().await;
    server.be_silent(true);
    assert!(!store.is_away("key"), "nobody waited yet");
    assert!(call(&store).await.is_none());
    assert!(store.is_away("key"));

    // Nobody calls and nobody asks: what was asked at background is answered.
    let pings = || server.state.pings.load(Ordering::Relaxed);
    let before = pings();
    server.be_silent(false);
    eventually("it is asked", || pings() > before).await;
    eventually("it speaks again", || !store.is_away("key")).await;
    assert!(matches!(call(&store).await, Some(Ok(None))));
}

/// Many calls together are sent by a task that waits for longer than each of them.
#[tokio::test]
async fn silence_is_noticed_by_calls_that_go_together() {
    let server = Server::start().await;
    let store = server.session().await;
    server.be_silent(true);
    let calls = (0..8).map(|_| call(&store));
    assert!(futures_util::future::join_all(calls).await.into_iter().all(|answer| answer.is_none()));
    assert!(store.is_away("key"));
    server.be_silent(false);
    eventually("it speaks again", || !store.is_away("key")).await;
}

/// It takes connections, and says nothing on them.
#[tokio::test]
async fn a_server_that_lets_connections_hang_is_away() {
    let mut server = Server::start().await;
    let store = server.session().await;
    server.be_silent(true);
    server.kill().await;
    server.run().await;
    eventually("it is away", || store.is_away("key")).await;
    assert!(call(&store).await.is_none());
    server.be_silent(false);
    eventually("it is back", || !store.is_away("key")).await;
}

/// What is dropped for other reasons tells nothing.
#[tokio::test]
async fn a_call_that_is_dropped_early_says_nothing_of_the_server() {
    let server = Server::start().await;
    let store = server.session().await;
    server.be_silent(true);
    let dropped = tokio::time::timeout(Duration::from_millis(5), store.hashes().get("key", b"field")).await;
    assert!(dropped.is_err());
    assert!(!store.is_away("key"));
    server.be_silent(false);
    assert!(matches!(store.hashes().get("key", b"field").await, Ok(None)));
}

#[tokio::test]
async fn the_embedded_store_is_never_away() {
    assert!(!Store::in_memory().is_away("key"));
}
