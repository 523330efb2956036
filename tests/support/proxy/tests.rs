use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Client, Connection, RedisError, RedisResult, cmd, pipe};

use super::{Direction, Proxy, Strike};
use crate::Server;

/// Longer than anything takes that is not stuck.
const PATIENCE: Duration = Duration::from_secs(20);

fn connect(proxy: &Proxy) -> Connection {
    let connection = Client::open(proxy.url()).and_then(|client| client.get_connection_with_timeout(PATIENCE));
    connection.expect("the proxy lets us through")
}

fn set(connection: &mut Connection, key: &str) -> RedisResult<()> {
    cmd("SET").arg(key).arg(1).exec(connection)
}

fn exists(server: &Server, key: &str) -> bool {
    cmd("EXISTS").arg(key).query(&mut server.raw()).expect("the server answers")
}

#[track_caller]
fn assert_reset(error: &RedisError) {
    assert!(error.is_connection_dropped(), "{error:?}");
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come to be");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn all_passes_and_is_counted() {
    let server = Server::options().password("a p@ss:1").start();
    let proxy = Proxy::before(&server);
    let mut one = connect(&proxy);
    let value = "x".repeat(3_000_000);
    cmd("SET").arg("big").arg(&value).exec(&mut one).expect("it is passed on");
    assert_eq!(cmd("GET").arg("big").query(&mut one), Ok(value));
    let mut many = pipe();
    for n in 0..10_000 {
        many.cmd("ECHO").arg(n);
    }
    assert_eq!(many.query(&mut one), Ok((0..10_000).collect::<Vec<u32>>()));
    let other = connect(&proxy);
    assert_eq!((proxy.accepted(), proxy.open()), (2, 2));
    assert_eq!((proxy.requests("get"), proxy.requests("ECHO"), proxy.requests("HGET")), (1, 10_000, 0));
    drop((one, other));
    eventually("no connection", || proxy.open() == 0);
}

#[test]
fn cut_resets_those_that_stand() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let mut one = connect(&proxy);
    proxy.cut();
    assert_reset(&set(&mut one, "a").expect_err("it is cut"));
    assert_eq!(set(&mut connect(&proxy), "a"), Ok(()));
}

#[test]
fn refuse_refuses_new_ones() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let mut one = connect(&proxy);
    for _ in 0..3 {
        proxy.refuse();
        let refused = TcpStream::connect(("127.0.0.1", proxy.port())).map(drop).map_err(|error| error.kind());
        assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
        assert_eq!(set(&mut one, "a"), Ok(()));
        proxy.accept();
        assert_eq!(set(&mut connect(&proxy), "a"), Ok(()));
    }
    proxy.refuse();
    proxy.heal();
    connect(&proxy);
}

#[test]
fn strikes_hit_one_request_each() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let garbage = Strike::Reply(b"\0\xff".to_vec());
    let cases = [
        (Strike::Before, false),
        (Strike::During, false),
        (Strike::After, true),
        (Strike::InReply, true),
        (garbage, true),
    ];
    for (number, (strike, is_done)) in cases.into_iter().enumerate() {
        let (key, mut connection) = (format!("key-{number}"), connect(&proxy));
        proxy.strike("GET", Strike::Before);
        proxy.strike("set", strike.clone());
        set(&mut connection, &key).expect_err("it is struck");
        assert_eq!(exists(&server, &key), is_done, "{strike:?}");
        assert_eq!(proxy.struck(), number as u64 + 1);
        assert_eq!(set(&mut connect(&proxy), "later"), Ok(()));
        proxy.heal();
    }
}

#[test]
fn replies_are_replaced_in_their_place() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let mut connection = connect(&proxy);
    proxy.strike("ECHO 2", Strike::Reply(b"$3\r\ntwo\r\n".to_vec()));
    proxy.strike("INCR", Strike::Instead(b":7\r\n".to_vec()));
    let mut many = pipe();
    many.cmd("ECHO").arg(1).cmd("ECHO").arg(2).cmd("INCR").arg("n").cmd("ECHO").arg(3);
    let answers: RedisResult<(String, String, u32, String)> = many.query(&mut connection);
    assert_eq!(answers, Ok(("1".to_owned(), "two".to_owned(), 7, "3".to_owned())));
    assert!(!exists(&server, "n"));
    proxy.corrupt_next_reply();
    set(&mut connection, "a").expect_err("it is corrupt");
    assert!(exists(&server, "a"));
}

#[test]
fn what_is_swallowed_never_comes() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let soon = Some(Duration::from_millis(100));
    for (number, direction) in [Direction::Requests, Direction::Replies, Direction::Both].into_iter().enumerate() {
        let (key, mut connection) = (format!("key-{number}"), connect(&proxy));
        proxy.swallow(direction);
        connection.set_read_timeout(soon).expect("a timeout can be set");
        set(&mut connection, &key).expect_err("nothing comes");
        assert_eq!(exists(&server, &key), direction == Direction::Replies);
        proxy.heal();
        let mut fresh = connect(&proxy);
        assert_eq!(set(&mut fresh, "later"), Ok(()));
        assert_eq!(exists(&server, &key), direction == Direction::Replies, "it comes after all");
        drop((connection, fresh));
        eventually("no connection", || proxy.open() == 0);
    }
}

#[test]
fn a_vanished_request_leaves_its_connection_half_open() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    for (key, strike, is_done) in [("a", Strike::Vanish, false), ("b", Strike::VanishAfter, true)] {
        let mut connection = connect(&proxy);
        connection.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout can be set");
        proxy.strike("SET", strike);
        let error = set(&mut connection, key).expect_err("nothing comes");
        assert!(error.is_timeout(), "{error:?}");
        eventually("the server's part", || exists(&server, key) == is_done);
        assert_eq!(set(&mut connect(&proxy), "later"), Ok(()));
    }
}

#[test]
fn what_is_held_comes_when_it_is_healed() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let mut connection = connect(&proxy);
    proxy.hold(Direction::Replies);
    let waiting = thread::spawn(move || set(&mut connection, "a"));
    eventually("the server's part", || exists(&server, "a"));
    assert!(!waiting.is_finished());
    proxy.heal();
    assert_eq!(waiting.join().expect("it does not panic"), Ok(()));
}

#[test]
fn what_is_slow_takes_that_long() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let mut connection = connect(&proxy);
    let mut time = || {
        let started = Instant::now();
        cmd("ECHO").arg("x".repeat(1_000)).exec(&mut connection).expect("it is answered");
        started.elapsed()
    };
    proxy.delay(Direction::Both, Duration::from_millis(60));
    assert!(time() >= Duration::from_millis(120));
    proxy.heal();
    proxy.throttle(10_000);
    assert!(time() >= Duration::from_millis(200));
}

#[test]
fn aim_spares_the_others() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let (mut one, mut other) = (connect(&proxy), connect(&proxy));
    cmd("CLIENT").arg("SETNAME").arg("one").exec(&mut one).expect("it takes a name");
    proxy.aim("client setname");
    proxy.cut();
    assert_reset(&set(&mut one, "a").expect_err("it is cut"));
    proxy.swallow(Direction::Both);
    assert_eq!(set(&mut other, "a"), Ok(()));
    proxy.heal();
    proxy.cut();
    assert_reset(&set(&mut other, "a").expect_err("it is cut"));
}

#[test]
fn a_server_that_goes_and_comes_is_seen() {
    let mut server = Server::start();
    let proxy = Proxy::before(&server);
    let mut one = connect(&proxy);
    server.kill();
    assert_reset(&set(&mut one, "a").expect_err("the server is gone"));
    let client = Client::open(proxy.url()).expect("a URL");
    client.get_connection().map(drop).expect_err("the server is gone");
    server.restart();
    assert_eq!(set(&mut connect(&proxy), "a"), Ok(()));
}

#[test]
fn other_protocols_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let proxy = Proxy::to(listener.local_addr().expect("it has an address").port());
    let echo = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("someone comes");
        std::io::copy(&mut stream.try_clone().expect("it is cloned"), &mut stream)
    });
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).expect("it is taken");
    stream.write_all(b"\x16\x03\x01+OK\r\n").expect("it is sent");
    stream.shutdown(std::net::Shutdown::Write).expect("it is ended");
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("it comes back");
    assert_eq!(back, b"\x16\x03\x01+OK\r\n");
    assert_eq!(echo.join().expect("it does not panic").ok(), Some(8));
}

#[test]
fn a_dropped_proxy_is_gone_with_its_connections() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let (mut one, port) = (connect(&proxy), proxy.port());
    proxy.hold(Direction::Both);
    drop(proxy);
    set(&mut one, "a").expect_err("it is gone");
    // A program that another test is just starting has its socket for an instant.
    eventually("a refusal", || TcpStream::connect(("127.0.0.1", port)).is_err());
}
