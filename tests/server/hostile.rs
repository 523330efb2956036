//! Stored numbers that are made to keep the server busy. A script must not take more time than their length asks for:
//! nobody else is served meanwhile.

use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::Server;

const LENGTH: usize = 500_000;

async fn assert_refused_at_once(stored: String) {
    // A server of its own: it is stuck for minutes where this fails.
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    cmd("HSET").arg("numbers").arg("i|0").arg(&stored).exec(&mut server.raw()).unwrap();
    let error = RedisCache::<u8, f64>::new("numbers").on(&session).increment(0, 1.0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotANumber, "as a float: {error:?}");
    let error = RedisCache::<u8, i64>::new("numbers").on(&session).increment(0, 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotANumber, "as an integer: {error:?}");
}

#[tokio::test]
async fn white_space_within() {
    assert_refused_at_once(format!("f|1{}1", " ".repeat(LENGTH))).await;
    assert_refused_at_once(format!("i|1{}1", " ".repeat(LENGTH))).await;
}

#[tokio::test]
async fn digits_with_a_letter_at_their_end() {
    assert_refused_at_once(format!("f|{}x", "1".repeat(LENGTH))).await;
    assert_refused_at_once(format!("i|{}x", "1".repeat(LENGTH))).await;
}

#[tokio::test]
async fn points_and_underscores() {
    assert_refused_at_once(format!("f|1{}", ".".repeat(LENGTH))).await;
    assert_refused_at_once(format!("i|1{}x", "_1".repeat(LENGTH / 2))).await;
    assert_refused_at_once(format!("f|1{}", "_".repeat(LENGTH))).await;
}

#[tokio::test]
async fn exponents_and_names() {
    assert_refused_at_once(format!("f|1e{}x", "1".repeat(LENGTH))).await;
    assert_refused_at_once(format!("f|inf{}", "inity".repeat(LENGTH / 5))).await;
    assert_refused_at_once(format!("f|{}1", "-".repeat(LENGTH))).await;
}
