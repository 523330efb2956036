//! A connection that breaks or falls silent at any step of a load: whoever asked is answered, and the next in line goes on.

use std::time::Duration;

use rediscache::RedisSession;
use support::{Proxy, Server, Strike};

use crate::PATIENCE;
use crate::load::{begin, page, pages};

const STRIKES: [Strike; 6] =
    [Strike::Before, Strike::During, Strike::After, Strike::InReply, Strike::Vanish, Strike::VanishAfter];

/// When it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Look,
    TakeLease,
    /// By what ends it, a value or an error.
    EndLease,
}

/// What the next in line is given, whose lease would last longer than any test.
async fn strike(step: Step, strike: &Strike, brought: Result<&'static str, ()>) -> String {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let [one, other] = [proxy.url(), server.url()].map(|url| async move { RedisSession::connect(&url).await.unwrap() });
    let (one, other) = (one.await, other.await);
    // So that the server knows the scripts.
    for brought in [Ok("known"), Err(())] {
        let (bring, load) = begin(&pages(&other)).await;
        bring.send(brought).unwrap();
        load.await.unwrap().ok();
        pages(&other).delete(7).await.unwrap();
    }
    match step {
        Step::Look => proxy.strike("MGET", strike.clone()),
        Step::TakeLease => proxy.strike("EVALSHA", strike.clone()),
        Step::EndLease => {}
    }
    let (bring, load) = begin(&pages(&one).timeout(Duration::from_millis(300))).await;
    if step == Step::EndLease {
        proxy.strike("EVALSHA", strike.clone());
    }
    bring.send(brought).unwrap();
    let answer = tokio::time::timeout(PATIENCE, load).await.unwrap().unwrap();
    assert_eq!(answer.ok().as_deref(), brought.ok(), "{step:?}, {strike:?}");
    assert_eq!(proxy.struck(), 1, "{step:?}, {strike:?}");
    proxy.heal();
    page(&pages(&other), "next").await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ends_at_any_step_of_a_load_leaves_it_to_nobody_for_long() {
    for step in [Step::Look, Step::TakeLease, Step::EndLease] {
        for harm in STRIKES {
            for brought in [Ok("loaded"), Err(())] {
                let next = strike(step, &harm, brought).await;
                let may_be = next == "next" || brought == Ok(&*next);
                assert!(may_be, "{next} after {step:?}, {harm:?}, {brought:?}");
            }
        }
    }
}
