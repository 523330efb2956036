//! Servers that do not let us in, or are none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use rediscache::{Error, ErrorKind, RedisSession};
use support::Server;

use crate::{PATIENCE, names};

async fn refusal(url: &str) -> Error {
    let error = RedisSession::connect(url).await.unwrap_err();
    assert_eq!((error.operation(), error.namespace()), ("connect", None));
    error
}

#[tokio::test]
async fn nothing_listening_is_told_at_once() {
    let mut server = Server::start();
    let (tcp, socket) = (server.url(), server.socket_url());
    server.kill();
    let nowhere = "unix:///nowhere/at/all.sock".to_owned();
    for url in [tcp, socket, nowhere] {
        let started = Instant::now();
        let error = refusal(&url).await;
        assert_eq!(error.kind(), ErrorKind::Connection, "{url}: {error:?}");
        assert!(error.is_retryable() && !error.is_timeout());
        // Long before the connect timeout.
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_host_that_has_no_address_is_a_connection_error() {
    let error = refusal("redis://no-such-host.invalid:6379").await;
    assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout), "{error:?}");
}

#[tokio::test]
async fn a_wrong_or_missing_password_is_a_mistake_in_the_url() {
    let server = Server::options().password("right").start();
    let wrong = server.url().replace("right", "wrong");
    let socket = server.socket_url();
    let wrong_socket = socket.replace("right", "wrong");
    let nobody = wrong.replace("://:", "://nobody:");
    for url in [wrong, wrong_socket, nobody, server.url_without_password()] {
        let error = refusal(&url).await;
        assert_eq!(error.kind(), ErrorKind::Config, "{url}: {error:?}");
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("password"), "{error}");
    }
    for url in [server.url(), socket] {
        let session = RedisSession::connect(&url).await.unwrap();
        names(&session).set(1, "one").await.unwrap();
        assert_eq!(names(&session).pop(1).await.unwrap().as_deref(), Some("one"));
    }
}

#[tokio::test]
async fn a_password_that_nobody_asked_for_is_a_mistake_in_the_url() {
    let server = Server::start();
    let error = refusal(&server.url().replace("redis://", "redis://:secret@")).await;
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
}

#[tokio::test]
async fn a_password_changed_later_is_told_by_the_next_connection() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let mut raw = server.raw();
    redis::cmd("CONFIG").arg("SET").arg("requirepass").arg("new").exec(&mut raw).unwrap();
    redis::cmd("AUTH").arg("new").exec(&mut raw).unwrap();
    names(&session).set(1, "one").await.unwrap();
    redis::cmd("CLIENT").arg("KILL").arg("SKIPME").arg("yes").exec(&mut raw).unwrap();
    let started = Instant::now();
    loop {
        let error = names(&session).get(1).await.unwrap_err();
        if error.kind() == ErrorKind::Config {
            assert!(!error.is_retryable());
            break;
        }
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(started.elapsed() < PATIENCE, "{error:?}");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_a_mistake_in_the_url() {
    let server = Server::options().args(["--databases", "4"]).start();
    let error = refusal(&format!("{}/4", server.url())).await;
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn the_database_of_the_url_is_used() {
    let server = Server::start();
    let urls = [format!("{}/3", server.url()), format!("{}?db=3", server.socket_url())];
    let (three, again) =
        (RedisSession::connect(&urls[0]).await.unwrap(), RedisSession::connect(&urls[1]).await.unwrap());
    let zero = RedisSession::connect(&server.url()).await.unwrap();
    names(&three).set(1, "three").await.unwrap();
    assert!(names(&zero).is_empty().await.unwrap());
    assert_eq!(names(&again).get(1).await.unwrap().as_deref(), Some("three"));
}

/// A listener that treats every connection so, on a thread of its own; its URL.
pub(crate) fn listener(mut treat: impl FnMut(std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(|stream| treat(stream.unwrap())));
    url
}

#[tokio::test]
async fn what_is_no_redis_server_is_told() {
    let url = listener(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    assert_eq!(refusal(&url).await.kind(), ErrorKind::Connection);
}

#[tokio::test]
async fn who_hangs_up_is_told() {
    assert_eq!(refusal(&listener(drop)).await.kind(), ErrorKind::Connection);
}

#[tokio::test]
async fn who_never_answers_is_a_timeout() {
    let mut held = Vec::new();
    let url = listener(move |stream| held.push(stream));
    let connect = RedisSession::builder(url).connect_timeout(Duration::from_millis(100)).connect();
    let error = tokio::time::timeout(PATIENCE, connect).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, "connect"));
    assert!(error.is_timeout() && error.is_retryable());
}
