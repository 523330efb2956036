//! Looks that overlap.

use redis::{Connection, cmd};
use rediscache::RedisSession;
use support::Server;

use crate::queue::kind::{ByHand, Queue, Way, soon, turns};

/// How often the server was asked for items.
fn looks(raw: &mut Connection) -> usize {
    let stats: String = cmd("INFO").arg("commandstats").query(raw).unwrap();
    stats
        .lines()
        .filter(|line| ["rpop", "lmpop", "evalsha"].iter().any(|name| line.starts_with(&format!("cmdstat_{name}:"))))
        .count()
}

/// What was put before a look began is seen by it, though an earlier look is still under way.
#[tokio::test]
async fn a_look_sees_what_was_put_before_it_began() {
    for kind in [0, 1] {
        let server = Server::start();
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let (queue, mut raw) = (&Queue::both(&session)[kind], server.raw());
        // The script is known from here on.
        assert!(queue.ask(Way::TryGet).await.unwrap().is_none());
        cmd("CONFIG").arg("RESETSTAT").exec(&mut raw).unwrap();

        let mut first = ByHand::new(queue.ask(Way::TryGet));
        assert!(first.poll().is_pending());
        // The runtime takes no turn once the server has answered, so that nobody has read the answer.
        while looks(&mut raw) == 0 {
            turns(1).await;
        }
        cmd("LPUSH").arg(["plain", "task"][kind]).arg("i|7").exec(&mut raw).unwrap();
        let mut second = ByHand::new(queue.ask(Way::TryGet));
        assert!(second.poll().is_pending());
        let (first, second) = (soon(first.finish()).await.unwrap(), soon(second.finish()).await.unwrap());
        assert!(first.is_some() || second.is_some(), "an item that was there was not seen");
        for got in [first, second].into_iter().flatten() {
            assert_eq!(got.settle().await, 7);
        }
    }
}

/// The same, with many threads in place of a certain order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_who_puts_and_looks_finds_something() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    for queue in Queue::both(&session) {
        let pairs: Vec<_> = (0..32)
            .map(|_| {
                let queue = queue.clone();
                tokio::spawn(async move {
                    for round in 0..100 {
                        // As many look as have put, so that there is always something for each.
                        queue.put_many([round]).await;
                        let got = queue.ask(Way::TryGet).await.unwrap();
                        got.expect("there was an item for everyone").settle().await;
                    }
                })
            })
            .collect();
        for pair in pairs {
            soon(pair).await.unwrap();
        }
        queue.holds([], "everyone got one").await;
    }
}
