//! Objects that have less time than the session: every call of them ends by that when the server says nothing.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession};
use support::{Server, namespace};

use super::SLACK;
use super::call::{NAMES, Objects, method, operations, prepare};
use super::page::Class;
use crate::PATIENCE;

/// Long enough for what is made ready, on a slow machine too.
const OWN: Duration = Duration::from_millis(500);

#[tokio::test]
async fn every_call_ends_by_the_timeout_of_its_object() {
    let server = Server::start();
    let builder = RedisSession::builder(server.url()).global_namespace(namespace("own"));
    let session = builder.response_timeout(10 * SLACK).connect().await.unwrap();
    let objects = Objects::new(&session).timeout(OWN);
    let mut calls = Vec::new();
    for name in NAMES {
        objects.fill(name).await.unwrap();
        calls.push(prepare(name, &objects).await.unwrap());
    }
    server.pause();
    let started = Instant::now();
    let answers = join_all(calls).await;
    assert!(started.elapsed() >= OWN && started.elapsed() < OWN + SLACK, "{:?}", started.elapsed());
    let (mut changed, mut unknown) = (0, 0);
    for (name, answer) in NAMES.iter().zip(answers) {
        let error = answer.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, method(name)), "{error}");
        assert!(error.is_timeout() && error.is_retryable() && error.namespace().is_some(), "{error}");
        assert!(error.to_string().contains("500ms, the `timeout` of this object"), "{error}");
        let changes = operations().iter().any(|(class, other)| other == name && *class != Class::Reads);
        // What was not taken is still there.
        let may_have_effect = changes && !["try_get", "drain"].contains(name);
        assert!(may_have_effect || !error.is_outcome_unknown(), "{error}");
        changed += usize::from(may_have_effect);
        unknown += usize::from(error.is_outcome_unknown());
    }
    // Some were gathered with others, and had not left yet.
    assert!(unknown > changed / 2, "{unknown} of {changed}");
    server.resume();
    let started = Instant::now();
    while objects.numbers.set(7, 7).await.is_err() {
        assert!(started.elapsed() < PATIENCE, "the session does not come back");
    }
    let asked = (0..100).map(|_| objects.numbers.get(7));
    assert!(join_all(asked).await.into_iter().all(|answer| answer.unwrap() == Some(7)));
}

/// What was given up is made, or not, and nothing else is harmed by it.
#[tokio::test]
async fn calls_that_were_given_up_leave_nothing_behind() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let objects = Objects::new(&session);
    let brief = Objects::new(&session).timeout(Duration::from_millis(20));
    objects.plain.put_many(0..100).await.unwrap();
    let mut taken = Vec::new();
    for _ in 0..5 {
        server.pause();
        let error = brief.plain.try_get().await.unwrap_err();
        assert!(error.is_timeout() && !error.is_outcome_unknown(), "{error}");
        assert!(brief.numbers.increment(1, 1).await.unwrap_err().is_outcome_unknown());
        server.resume();
        // As good as ever, on the same connection.
        taken.push(objects.plain.get().await.unwrap());
        objects.numbers.set(2, 2).await.unwrap();
        assert_eq!(objects.numbers.get(2).await.unwrap(), Some(2));
    }
    while let Some(item) = objects.plain.try_get().await.unwrap() {
        taken.push(item);
    }
    assert_eq!(taken, (0..100).collect::<Vec<_>>(), "none is lost, none comes twice");
    assert!(objects.numbers.get(1).await.unwrap().is_none_or(|count| count <= 5));
}

/// Where nobody is there, nothing leaves, and whoever asks is told so.
#[tokio::test]
async fn a_change_that_was_not_sent_says_that_it_took_no_effect() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let objects = Objects::new(&session);
    objects.fill("set").await.unwrap();
    let objects = objects.timeout(Duration::from_millis(30));
    server.kill();
    // The first one finds out.
    assert!(objects.numbers.set(1, 1).await.is_err());
    for _ in 0..5 {
        let changes = [
            objects.numbers.set(1, 1).await,
            objects.numbers.increment(1, 1).await.map(drop),
            objects.numbers.pop(1).await.map(drop),
            objects.plain.put(1).await,
        ];
        for error in changes.map(Result::unwrap_err) {
            assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error}");
        }
        // Also those that are gathered.
        for changed in join_all((0..20).map(|n| objects.numbers.set(n, n))).await {
            let error = changed.unwrap_err();
            assert!(error.is_retryable(), "{error}");
        }
    }
}
