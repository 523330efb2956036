//! An item that cannot be read is told once, and put aside.

use std::error::Error;

use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisQueue, RedisSession};
use support::{Raw, RawBytes, contract};

use crate::kind;
use crate::queue_kind::{ByHand, soon, until};
use crate::queue_store::list;

const BAD: [&str; 6] = ["", "7", "s|7", "i|-1", "i|18446744073709551616", "c|\u{1}\u{7}"];

fn jobs(session: &RedisSession) -> RedisQueue<u64> {
    RedisQueue::new("jobs").on(session)
}

async fn put_raw(session: &RedisSession, items: &[&str]) {
    let raw = RedisQueue::<RawBytes, Raw>::new("jobs").on(session);
    raw.put_many(items.iter().map(RawBytes::from)).await.unwrap();
}

/// The one who would have got it is told before it is put aside.
async fn until_dead(session: &RedisSession, items: &[&str]) {
    let dead = RedisQueue::<RawBytes, Raw>::new("jobs$dead").on(session);
    until(async || dead.len().await.unwrap() >= items.len() as u64).await;
    let newest_first: Vec<_> = items.iter().rev().map(|&item| item.to_owned()).collect();
    assert_eq!(list(session, "jobs$dead").await, newest_first);
}

contract! {
    async fn it_is_told_and_moved_to_the_dead_letters(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        put_raw(&session, &BAD).await;
        for _ in BAD {
            let error = jobs.get().await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "get"));
            assert_eq!(error.namespace(), Some("jobs"));
            assert!(!error.is_retryable());
        }
        assert!(jobs.is_empty().await?);
        until_dead(&session, &BAD).await;
        Ok(())
    }

    async fn it_says_what_became_of_the_item_and_why(session: RedisSession) -> rediscache::Result<()> {
        put_raw(&session, &["s|7"]).await;
        let error = jobs(&session).get().await.unwrap_err();
        let text = "get on `jobs` failed: an item cannot be read and was moved to the list of dead letters";
        assert_eq!(error.to_string(), text);
        let source = error.source().unwrap();
        assert_eq!(source.to_string(), "it is text (`s|`), not an integer");
        assert!(source.source().is_none());
        Ok(())
    }

    async fn every_way_of_getting_tells_it(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        put_raw(&session, &["x"; 5]).await;
        assert_eq!(kind(jobs.get().await), ErrorKind::Decode);
        assert_eq!(kind(jobs.get_timeout(std::time::Duration::ZERO).await), ErrorKind::Decode);
        assert_eq!(kind(jobs.try_get().await), ErrorKind::Decode);
        assert_eq!(kind(jobs.stream().next().await.unwrap()), ErrorKind::Decode);
        assert_eq!(kind(jobs.drain().next().await.unwrap()), ErrorKind::Decode);
        assert_eq!(jobs.try_get().await?, None);
        until_dead(&session, &["x"; 5]).await;
        Ok(())
    }

    async fn the_queue_goes_on(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put(1).await?;
        put_raw(&session, &["bad"]).await;
        jobs.put(2).await?;
        assert_eq!(jobs.get().await?, 1);
        assert_eq!(kind(jobs.get().await), ErrorKind::Decode);
        assert_eq!(jobs.get().await?, 2);
        until_dead(&session, &["bad"]).await;
        Ok(())
    }

    async fn it_is_told_to_one_of_those_who_wait(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let mut line: Vec<_> = (0..3).map(|_| ByHand::new(jobs.get())).collect();
        for one in &mut line {
            assert!(one.poll().is_pending());
        }
        put_raw(&session, &["i|1", "bad", "i|2"]).await;
        let mut answers = Vec::new();
        for one in line {
            answers.push(soon(one.finish()).await.map_err(|error| error.kind()));
        }
        assert_eq!(answers, [Ok(1), Err(ErrorKind::Decode), Ok(2)]);
        until_dead(&session, &["bad"]).await;
        Ok(())
    }

    /// Nobody has seen that it cannot be read.
    async fn one_that_arrives_for_nobody_goes_back(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        put_raw(&session, &["bad", "i|1"]).await;
        let mut gone = ByHand::new(jobs.get());
        assert!(gone.poll().is_pending());
        drop(gone);
        assert_eq!(kind(jobs.get().await), ErrorKind::Decode);
        assert_eq!(jobs.get().await?, 1);
        until_dead(&session, &["bad"]).await;
        Ok(())
    }

    async fn it_is_put_aside_while_the_session_closes(session: RedisSession) -> rediscache::Result<()> {
        let other = crate::queue_store::another(&session).await;
        put_raw(&session, &["bad"]).await;
        assert_eq!(kind(jobs(&session).get().await), ErrorKind::Decode);
        session.close().await?;
        if !other.is_closed() {
            until_dead(&other, &["bad"]).await;
        }
        Ok(())
    }
}
