//! Near caches whose connection is harmed, and reads of them that are dropped half way.

use std::time::{Duration, Instant};

use futures_util::future::join4;
use rediscache::{RedisCache, RedisSession};
use support::{Direction, Proxy, Server, within_polls};

use crate::near::{both, keep, names, see, session, set};

const BOUND: Duration = Duration::from_millis(150);

/// Each with its name.
type Harm = (&'static str, fn(&Proxy));

const HARMS: [Harm; 8] = [
    ("cut", Proxy::cut),
    ("cut for a while", |proxy| {
        proxy.refuse();
        proxy.cut();
    }),
    ("frozen", |proxy| proxy.hold(Direction::Both)),
    ("what the server says is held back", |proxy| proxy.hold(Direction::Replies)),
    ("what the server is asked is held back", |proxy| proxy.hold(Direction::Requests)),
    ("swallowed", |proxy| proxy.swallow(Direction::Replies)),
    ("delayed", |proxy| proxy.delay(Direction::Replies, BOUND / 2)),
    ("delayed beyond the bound", |proxy| proxy.delay(Direction::Both, BOUND * 2)),
];

#[tokio::test]
async fn what_others_write_is_seen_within_the_bound_whatever_becomes_of_the_connection() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::builder(proxy.url()).response_timeout(4 * BOUND).connect_timeout(2 * BOUND);
    let session = session.connect().await.unwrap();
    for near in both() {
        let names = names(&session, near.staleness(BOUND));
        for (harm, inflict) in HARMS {
            set(&server, 1, "old");
            see(&names, 1, Some("old")).await;
            keep(&names, 1).await;
            proxy.aim("CLIENT TRACKING");
            inflict(&proxy);
            set(&server, 1, "new");
            let written = Instant::now();
            while written.elapsed() < BOUND * 3 / 2 {
                let asked = written.elapsed();
                if let Ok(read) = names.get(1).await {
                    assert!(asked < BOUND || read.as_deref() == Some("new"), "{harm}: {read:?} after {asked:?}");
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            proxy.heal();
            recovers(&names).await;
        }
    }
}

/// Reads until that succeeds.
async fn recovers(names: &RedisCache<u64, String>) {
    while let Err(error) = names.get(1).await {
        assert!(error.is_retryable(), "{error:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(keep(names, 1).await.as_deref(), Some("new"));
}

/// Of reads that leave together, too.
#[tokio::test]
async fn a_read_that_is_dropped_anywhere_harms_no_other() {
    let server = Server::start();
    let session = session(&server).await;
    for near in both() {
        let names = names(&session, near);
        let mut polls = 0;
        loop {
            let [dropped, own, many] = [0, 1, 2].map(|key| 10 * polls as u64 + key);
            [dropped, own, many].iter().for_each(|&key| set(&server, key, "old"));
            let (read, same, other, both) = join4(
                within_polls(polls, names.get(dropped)),
                names.get(dropped),
                names.get(own),
                names.get_many([dropped, many]),
            )
            .await;
            let old = Some("old".to_owned());
            assert_eq!(
                (same.unwrap(), other.unwrap(), both.unwrap()),
                (old.clone(), old.clone(), vec![old.clone(); 2])
            );
            for key in [dropped, own, many] {
                set(&server, key, "new");
                see(&names, key, Some("new")).await;
                assert_eq!(keep(&names, key).await.as_deref(), Some("new"));
            }
            if let Some(read) = read {
                assert_eq!(read.unwrap(), old);
                break;
            }
            polls += 1;
        }
        assert!(polls > 1);
    }
}

/// While the connection is made, too.
#[tokio::test]
async fn the_first_read_can_be_dropped_anywhere() {
    let server = Server::start();
    for near in both() {
        let mut polls = 0;
        loop {
            set(&server, 1, "old");
            let session = session(&server).await;
            let names = names(&session, near);
            let read = within_polls(polls, names.get(1)).await;
            assert_eq!(keep(&names, 1).await.as_deref(), Some("old"));
            set(&server, 1, "new");
            see(&names, 1, Some("new")).await;
            session.close().await.unwrap();
            if read.is_some() {
                break;
            }
            polls += 1;
        }
        assert!(polls > 2);
    }
}
