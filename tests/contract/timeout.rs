//! Objects with a timeout of their own. That calls end by it is in the suite of the server, which can be slow.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::every::{every_method, other_methods};

/// What every wait here is longer than.
const SHORT: Duration = Duration::from_millis(20);

/// Long enough for a call on a slow machine.
const LONG: Duration = Duration::from_secs(30);

contract! {
    async fn a_call_that_is_in_time_is_answered_as_ever(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u64>::new("counts").timeout(LONG).on(&session);
        for (name, call) in every_method(&counts).into_iter().filter(|(name, _)| *name != "scan") {
            assert!(call.await.is_ok(), "{name}");
        }
        counts.set(1, 1).await?;
        assert_eq!(counts.scan().count().await, 1);
        assert_eq!(counts.rewrite().await?.read, 1);
        assert_eq!(counts.pop(1).await?, Some(1));
        Ok(())
    }

    async fn what_a_call_fails_with_is_told_as_ever(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u8>::new("counts").on(&session);
        counts.set(1, 255).await?;
        let plain = counts.increment(1, 1).await.unwrap_err();
        let bounded = counts.clone().timeout(LONG).increment(1, 1).await.unwrap_err();
        assert_eq!(bounded.to_string(), plain.to_string());
        assert_eq!((bounded.operation(), bounded.namespace()), ("increment", Some("counts")));
        Ok(())
    }

    /// Where the object was made at run time.
    async fn a_timeout_of_zero_is_refused_by_every_call(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u64>::new("counts").timeout(Duration::ZERO).on(&session);
        for (name, call) in every_method(&counts).into_iter().chain(other_methods(&counts)) {
            let error = call.await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, name), "{error}");
        }
        let queue = RedisQueue::<u64>::new("queue").timeout(Duration::ZERO).on(&session);
        assert_eq!(queue.put(1).await.unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(queue.get().await.unwrap_err().kind(), ErrorKind::Config);
        Ok(())
    }

    async fn waiting_for_an_item_does_not_count(session: RedisSession) -> rediscache::Result<()> {
        let queue = RedisQueue::<u64>::new("queue").on(&session);
        let patient = queue.clone().timeout(SHORT);
        let mut stream = patient.stream();
        let (waits, put) = (async { (patient.get().await, stream.next().await) }, async {
            tokio::time::sleep(5 * SHORT).await;
            queue.put(1).await?;
            tokio::time::sleep(5 * SHORT).await;
            queue.put(2).await
        });
        let ((first, second), put) = tokio::join!(waits, put);
        put?;
        assert_eq!((first?, second.unwrap()?), (1, 2));
        assert_eq!(patient.get_timeout(5 * SHORT).await?, None);
        Ok(())
    }

    async fn waiting_for_a_task_does_not_count(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
        let patient = jobs.clone().timeout(SHORT);
        let put = async {
            tokio::time::sleep(5 * SHORT).await;
            jobs.put(1).await
        };
        let (task, put) = tokio::join!(patient.get(), put);
        put?;
        assert_eq!(*task?, 1);
        assert!(patient.get_timeout(5 * SHORT).await?.is_none());
        Ok(())
    }

    async fn waiting_for_a_section_does_not_count(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u64>::new("counts").timeout(SHORT).on(&session);
        let section = counts.section().await?;
        let (next, ()) = tokio::join!(counts.section(), async {
            tokio::time::sleep(5 * SHORT).await;
            drop(section);
        });
        next.map(drop)
    }
}

/// The embedded store answers at once, and needs no clock for it.
#[test]
fn a_call_that_is_answered_at_once_needs_no_runtime() {
    let session = RedisSession::in_memory();
    let counts = RedisCache::<u64, u64>::new("counts").timeout(SHORT).on(&session);
    counts.set(1, 1).now_or_never().unwrap().unwrap();
    assert_eq!(counts.get(1).now_or_never().unwrap().unwrap(), Some(1));
}
