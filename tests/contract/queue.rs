use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use rediscache::{ErrorKind, RedisQueue, RedisSession};
use serde::{Deserialize, Serialize};
use support::contract;
use tokio::time::Instant;

use crate::kind;
use crate::queue_kind::{soon, until};

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> RedisQueue<u64> {
    RedisQueue::new("jobs").on(session)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Message {
    to: Vec<u64>,
    text: String,
}

/// Has no form in any codec.
#[derive(Debug, Deserialize)]
pub(crate) struct Formless(pub(crate) bool);

impl Serialize for Formless {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 { Err(serde::ser::Error::custom("no form")) } else { serializer.serialize_bool(false) }
    }
}

contract! {
    async fn items_come_out_in_the_order_they_went_in(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put(1).await?;
        jobs.put_many([2, 3]).await?;
        let last = 4;
        jobs.put_many([&last]).await?;
        assert_eq!(jobs.get().await?, 1);
        assert_eq!(jobs.try_get().await?, Some(2));
        assert_eq!(jobs.get_timeout(HOUR).await?, Some(3));
        assert_eq!(jobs.get_timeout(Duration::ZERO).await?, Some(4));
        assert_eq!(jobs.try_get().await?, None);
        Ok(())
    }

    async fn a_thousand_items_at_once_keep_their_order(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many(0..1_000).await?;
        assert_eq!(jobs.len().await?, 1_000);
        let items: Vec<u64> = jobs.drain().try_collect().await?;
        assert_eq!(items, (0..1_000).collect::<Vec<u64>>());
        Ok(())
    }

    async fn each_of_many_who_put_at_once_keeps_its_order(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let put = |who: u64| {
            let jobs = jobs.clone();
            async move {
                for item in (0..60).step_by(3) {
                    jobs.put(who * 100 + item).await?;
                    jobs.put_many([who * 100 + item + 1, who * 100 + item + 2]).await?;
                }
                rediscache::Result::Ok(())
            }
        };
        try_join_all((0..40).map(put)).await?;
        let mut next = [0; 40];
        for item in jobs.drain().try_collect::<Vec<_>>().await? {
            let (who, item) = (usize::try_from(item / 100).unwrap(), item % 100);
            assert_eq!(item, next[who], "of {who}");
            next[who] += 1;
        }
        assert_eq!(next, [60; 40]);
        Ok(())
    }

    async fn putting_none_does_nothing(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many(Vec::<u64>::new()).await?;
        assert!(jobs.is_empty().await?);
        assert!(!jobs.set_expiry(HOUR).await?, "there is no key");
        Ok(())
    }

    async fn the_length_is_that_of_what_waits(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!((jobs.len().await?, jobs.is_empty().await?), (0, true));
        jobs.put_many([1, 1, 1]).await?;
        assert_eq!((jobs.len().await?, jobs.is_empty().await?), (3, false));
        jobs.get().await?;
        assert_eq!(jobs.len().await?, 2);
        Ok(())
    }

    async fn clear_removes_all_items(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        jobs.set_expiry(HOUR).await?;
        jobs.clear().await?;
        jobs.clear().await?;
        assert!(jobs.is_empty().await?);
        jobs.put(3).await?;
        assert_eq!((jobs.expiry().await?, jobs.get().await?), (None, 3));
        Ok(())
    }

    async fn an_empty_queue_gives_nothing(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!(jobs.try_get().await?, None);
        assert_eq!(jobs.get_timeout(Duration::ZERO).await?, None);
        let limit = Duration::from_millis(30);
        let started = Instant::now();
        assert_eq!(jobs.get_timeout(limit).await?, None);
        assert!(started.elapsed() >= limit);
        Ok(())
    }

    async fn an_item_that_arrives_within_the_limit_is_got(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        for (item, limit) in [(1, Duration::from_secs(30)), (2, HOUR), (3, Duration::MAX)] {
            let waiting = tokio::spawn(jobs.get_timeout(limit));
            tokio::task::yield_now().await;
            jobs.put(item).await?;
            assert_eq!(soon(waiting).await.unwrap()?, Some(item), "{limit:?}");
        }
        Ok(())
    }

    async fn a_queue_expires_as_a_whole(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert!(!jobs.set_expiry(HOUR).await?);
        assert!(!jobs.persist().await?);
        jobs.put_many([1, 2]).await?;
        assert_eq!(jobs.expiry().await?, None);
        assert!(jobs.set_expiry_at(SystemTime::now() + HOUR).await?);
        assert!(jobs.expiry().await? > Some(HOUR / 2));
        jobs.get().await?;
        assert!(jobs.persist().await?, "it was not the last");
        assert!(jobs.set_expiry(Duration::from_millis(20)).await?);
        until(async || jobs.is_empty().await.unwrap()).await;
        assert_eq!(jobs.try_get().await?, None);
        jobs.put(3).await?;
        assert_eq!(jobs.expiry().await?, None);
        assert!(jobs.set_expiry(Duration::ZERO).await?);
        assert!(jobs.is_empty().await?);
        Ok(())
    }

    async fn items_are_of_any_type(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisQueue::<String>::new("texts").on(&session);
        texts.put("one").await?;
        texts.put_many(["", "žluťoučký\0"]).await?;
        assert_eq!(texts.drain().try_collect::<Vec<_>>().await?, ["one", "", "žluťoučký\0"]);

        let messages = RedisQueue::<Message>::new("messages").on(&session);
        let message = Message { to: vec![1, u64::MAX], text: "x".repeat(1 << 20) };
        messages.put(&message).await?;
        assert_eq!(messages.get().await?, message);
        Ok(())
    }

    async fn an_item_without_a_form_puts_nothing_in(session: RedisSession) -> rediscache::Result<()> {
        let formless = RedisQueue::<Formless>::new("formless").on(&session);
        assert_eq!(kind(formless.put(Formless(true)).await), ErrorKind::Encode);
        assert_eq!(kind(formless.put_many([Formless(false), Formless(true)]).await), ErrorKind::Encode);
        assert_eq!(formless.len().await?, 0);
        Ok(())
    }

    async fn queues_of_one_name_are_one_queue(session: RedisSession) -> rediscache::Result<()> {
        let (jobs, others) = (jobs(&session), RedisQueue::<u64>::new("others").on(&session));
        let same = RedisQueue::<u64>::with_namespace("jobs".to_owned()).on(&session);
        jobs.put(1).await?;
        assert_eq!(others.try_get().await?, None);
        assert_eq!(same.get().await?, 1);
        assert_eq!(session.scope(RedisQueue::<u64>::new("jobs").len()).await?, 0);
        Ok(())
    }

    async fn the_key_has_the_global_namespace_in_front(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!(jobs.namespace(), "jobs");
        assert_eq!(jobs.key()?, format!("{}.jobs", session.global_namespace()));
        assert_eq!(RedisQueue::<u64>::new("jobs").without_global_namespace().on(&session).key()?, "jobs");
        Ok(())
    }

    async fn an_empty_name_is_refused(session: RedisSession) {
        let nameless = RedisQueue::<u64>::with_namespace("").on(&session);
        assert_eq!(kind(nameless.key()), ErrorKind::Config);
        assert_eq!(kind(nameless.put(1).await), ErrorKind::Config);
        assert_eq!(kind(nameless.get().await), ErrorKind::Config);
        assert_eq!(kind(nameless.stream().try_next().await), ErrorKind::Config);
    }
}
