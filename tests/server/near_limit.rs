//! What near caches take, of memory and of the server, and what the server may keep from them.

use redis::cmd;
use rediscache::{ErrorKind, Near, RedisCache, RedisSession};
use support::Server;

use crate::eventually;
use crate::near::{Names, both, keep, names, see, session, set};

#[tokio::test]
async fn a_server_that_remembers_few_keys_tells_of_those_it_forgets() {
    let server = Server::options().args(["--tracking-table-max-keys", "10"]).start();
    let session = session(&server).await;
    let mut raw = server.raw();
    for (mode, near) in [("tracking", Near::tracking()), ("fields", Near::fields())] {
        let name = |n: usize| format!("{mode}{n}");
        let cache = |n| -> Names { RedisCache::with_namespace(name(n)).near(near).on(&session) };
        let many: Vec<Names> = (0..40).map(cache).collect();
        for round in 0..3 {
            let value = round.to_string();
            for (n, names) in many.iter().enumerate() {
                cmd("HSET").arg(name(n)).arg("i|1").arg(format!("s|{value}")).exec(&mut raw).unwrap();
                see(names, 1, Some(&value)).await;
            }
            for names in &many {
                assert_eq!(names.get(1).await.unwrap().as_deref(), Some(&*value));
            }
        }
    }
}

#[tokio::test]
async fn no_more_is_kept_than_there_is_room_for() {
    let server = Server::start();
    let session = session(&server).await;
    let few = names(&session, Near::tracking().capacity(100));
    let small = RedisCache::<u64, String>::new("small").near(Near::tracking().bytes(10_000)).on(&session);
    for n in 0..1000 {
        few.get(n).await.unwrap();
        small.get(n).await.unwrap();
    }
    let (few, small) = (few.near_stats(), small.near_stats());
    assert!(few.entries() <= 100 && few.entries() > 50, "{few:?}");
    assert!(small.bytes() <= 10_000 && small.bytes() > 5_000, "{small:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_connection_more_tells_of_changes_and_ends_with_the_session() {
    let server = Server::start();
    let count = || {
        let clients: String = cmd("CLIENT").arg("LIST").query(&mut server.raw()).unwrap();
        clients.lines().filter(|client| client.contains("name=rediscache ")).count()
    };
    let session = session(&server).await;
    let caches = both().map(|near| names(&session, near));
    assert_eq!(count(), 1);
    for names in &caches {
        keep(names, 1).await;
        keep(names, 2).await;
    }
    assert_eq!(count(), 2);
    session.close().await.unwrap();
    drop(session);
    eventually("that there are no connections", || count() == 0);
}

/// What is published of names that a program made up as it went is not heard of for ever.
#[tokio::test]
async fn channels_of_names_that_are_not_used_any_more_do_not_pile_up() {
    let server = Server::start();
    let session = session(&server).await;
    let mut raw = server.raw();
    let mut channels = || -> usize {
        let channels: Vec<String> = cmd("PUBSUB").arg("CHANNELS").arg("*$near").query(&mut raw).unwrap();
        channels.len()
    };
    for n in 0..4_500 {
        let names: Names = RedisCache::with_namespace(format!("names{n}")).near(Near::fields()).on(&session);
        names.get(1).await.unwrap();
    }
    assert!(channels() < 2_500, "{}", channels());
    let names = names(&session, Near::fields());
    set(&server, 1, "one");
    assert_eq!(keep(&names, 1).await.as_deref(), Some("one"));
}

#[tokio::test]
async fn a_server_that_may_not_tell_of_changes_is_not_relied_on() {
    let server = Server::start();
    let mut raw = server.raw();
    let session_of = async |rules: &[&str]| {
        let user = ["SETUSER", "bot", "reset", "on", ">pass", "~*", "+@all"];
        cmd("ACL").arg(&user).arg(rules).exec(&mut server.raw()).unwrap();
        RedisSession::connect(&server.url().replace("redis://", "redis://bot:pass@")).await.unwrap()
    };
    let session = session_of(&["-client|tracking", "&*"]).await;
    let error = names(&session, Near::tracking()).get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
    assert!(error.to_string().contains("client|tracking"), "{error}");

    for rules in [["-publish", "&*"], ["+publish", "resetchannels"]] {
        let session = session_of(&rules).await;
        let names = names(&session, Near::fields());
        let error = names.set(1, "one").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
        assert!(error.to_string().contains("publish"), "{error}");
        assert_eq!(cmd("EXISTS").arg("names").query::<u64>(&mut raw), Ok(0), "nothing was stored");
    }
    let session = session_of(&["-subscribe", "&*"]).await;
    let error = names(&session, Near::fields()).get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");

    let session = RedisSession::connect(&format!("{}?protocol=resp2", server.url())).await.unwrap();
    let error = names(&session, Near::tracking()).get(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
}
