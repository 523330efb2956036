//! Neither passwords nor what is stored is in any error, nor in the causes underneath.

use std::time::Duration;

use redis::cmd;
use rediscache::{Error, ErrorKind, RedisCache, RedisSession, Result};
use support::{Proxy, Server, Strike};

use crate::eventually_async;

/// Are in every password, key and value of these tests.
const SECRETS: [&str; 3] = ["hunter2", "Gretchen", "wine cellar"];

/// Nothing of an error tells a secret, to whom it may be shown.
fn check(error: &Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(told) = cause {
        let text = format!("{told} {told:#} {told:?} {told:#?}");
        let secret = SECRETS.iter().find(|secret| text.contains(**secret));
        assert_eq!(secret, None, "{text}");
        cause = told.source();
    }
}

fn names(session: &RedisSession) -> RedisCache<String, String> {
    RedisCache::new("names").on(session)
}

async fn calls(session: &RedisSession) -> Vec<Error> {
    let names = names(session);
    let answers: [Result<()>; 5] = [
        names.get("Gretchen").await.map(drop),
        names.set("Gretchen", "wine cellar").await,
        names.replace("Gretchen", "wine cellar").await.map(drop),
        names.items().await.map(drop),
        names.set_if_absent("Gretchen", "wine cellar").await.map(drop),
    ];
    answers.into_iter().filter_map(Result::err).collect()
}

#[tokio::test]
async fn no_error_of_a_call_tells_a_secret() {
    let server = Server::options().password("hunter2").start();
    let proxy = Proxy::before(&server);
    let builder = RedisSession::builder(proxy.url()).response_timeout(Duration::from_millis(200));
    let session = builder.connect().await.unwrap();
    names(&session).set("Gretchen", "wine cellar").await.unwrap();
    let replies: [&[u8]; 8] = [
        b"wine cellar\r\n",
        b"$5\r\nwine cellar hunter2\r\n",
        b"-ERR unknown command 'X', with args beginning with: 'Gretchen' 'wine cellar'\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-LOADING wait\r\n",
        b"+wine cellar\r\n",
        b"*2\r\n$8\r\nGretchen\r\n*1\r\n$11\r\nwine cellar\r\n",
        b"%1\r\n$8\r\nGretchen\r\n:1\r\n",
    ];
    let mut strikes: Vec<Strike> = replies.into_iter().map(|reply| Strike::Reply(reply.to_vec())).collect();
    strikes.extend([Strike::Before, Strike::During, Strike::After, Strike::InReply, Strike::Vanish]);
    let mut seen = 0;
    for strike in strikes {
        // Each call and its repetition.
        (0..30).for_each(|_| proxy.strike("", strike.clone()));
        let errors = calls(&session).await;
        errors.iter().for_each(check);
        seen += errors.len();
        proxy.heal();
    }
    assert!(seen > 30, "there were {seen} errors");
    assert!(!format!("{session:?} {session:#?}").contains("hunter2"));
}

#[tokio::test]
async fn no_error_of_connecting_tells_a_secret() {
    let server = Server::options().password("right").start();
    let wrong = server.url().replace(":right@", ":hunter2@");
    let port = server.port();
    let urls = [
        wrong.clone(),
        format!("redis://Gretchen:hunter2@127.0.0.1:{port}/7"),
        format!("redis://Gretchen:hunter2@127.0.0.1:{port}/hunter2"),
        format!("redis://:hunter2@127.0.0.1:{port}?hunter2=hunter2"),
        format!("redis://:hunter2@127.0.0.1:{port}hunter2"),
        "redis://:hunter2@no-such-host.invalid".to_owned(),
        "redis-cluster://:hunter2@127.0.0.1:1,127.0.0.1:2".to_owned(),
        format!("redis-cluster://:hunter2@127.0.0.1:{port}"),
        format!("redis-sentinel://:hunter2@127.0.0.1:{port}/hunter2"),
        "unix:///hunter2?pass=hunter2".to_owned(),
        "hunter2://hunter2".to_owned(),
    ];
    for url in urls {
        let builder = RedisSession::builder(&url).connect_timeout(Duration::from_secs(5));
        assert!(!format!("{builder:?}").contains("hunter2"), "{url}");
        check(&builder.connect().await.expect_err(&url));
    }
}

/// A session whose password does not serve any more.
#[tokio::test]
async fn no_error_of_connecting_again_tells_a_secret() {
    let server = Server::options().password("hunter2").start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let mut raw = server.raw();
    cmd("CONFIG").arg("SET").arg("requirepass").arg("another").exec(&mut raw).unwrap();
    proxy.cut();
    eventually_async("no connection", || proxy.open() == 0).await;
    let mut kinds = Vec::new();
    for _ in 0..3 {
        for error in calls(&session).await {
            check(&error);
            kinds.push(error.kind());
        }
    }
    assert!(kinds.contains(&ErrorKind::Config), "{kinds:?}");
}
