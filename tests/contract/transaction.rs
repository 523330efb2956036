//! Transactions: all of their steps are done, or none.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use rediscache::{
    Committed, ErrorKind, InRecord, Near, RedisCache, RedisNearObject, RedisQueue, RedisSession, RedisSet,
    RedisTaskQueue, RedisTtlCache, RedisValue, Transaction, Typestring,
};
use serde::{Deserialize, Serialize};
use support::{contract, poke};
use tokio::sync::oneshot;

use crate::names;

const HOUR: Duration = Duration::from_secs(3600);

/// One object of each type that takes part.
struct Objects {
    names: RedisCache<u64, String>,
    pages: RedisTtlCache<u64, String>,
    news: RedisQueue<u64>,
    jobs: RedisTaskQueue<u64>,
    seen: RedisSet<u64>,
    last: RedisValue<u64>,
    limit: RedisValue<u64, Typestring, InRecord>,
}

type State = (Vec<(u64, String)>, Vec<(u64, String)>, u64, u64, Vec<u64>, [Option<u64>; 2]);

impl Objects {
    fn on(session: &RedisSession) -> Self {
        Self {
            names: names(session),
            pages: RedisTtlCache::new("pages", HOUR).on(session),
            news: RedisQueue::new("news").on(session),
            jobs: RedisTaskQueue::new("jobs").on(session),
            seen: RedisSet::new("seen").on(session),
            last: RedisValue::new("last").on(session),
            limit: RedisValue::<u64>::in_record("settings", "limit").on(session),
        }
    }

    /// A step of each kind.
    fn all_steps(&self, transaction: Transaction) -> Transaction {
        transaction
            .set(self.names.entry(1), "one")
            .delete(self.names.entry(2))
            .set(self.pages.entry(1), "first")
            .delete(self.pages.entry(2))
            .put(&self.news, 7)
            .put(&self.jobs, 8)
            .add(&self.seen, 9)
            .remove(&self.seen, 2)
            .set(self.last.entry(), 10)
            .delete(self.limit.entry())
    }

    async fn fill(&self) -> rediscache::Result<()> {
        self.names.set(2, "two").await?;
        self.pages.set(2, "second").await?;
        self.limit.set(5).await?;
        self.seen.add(2).await.map(drop)
    }

    async fn state(&self) -> rediscache::Result<State> {
        let mut pages = Vec::new();
        for key in 1..3 {
            pages.extend(self.pages.get(key).await?.map(|page| (key, page)));
        }
        let (names, members) = (self.names.items().await?, self.seen.members().await?);
        let values = [self.last.get().await?, self.limit.get().await?];
        Ok((names, pages, self.news.len().await?, self.jobs.len().await?, members, values))
    }
}

fn text(pairs: &[(u64, &str)]) -> Vec<(u64, String)> {
    pairs.iter().map(|&(key, value)| (key, value.to_owned())).collect()
}

fn unmet(index: usize, namespace: &str) -> Committed {
    Committed::Unmet { index, namespace: namespace.to_owned() }
}

contract! {
    async fn every_kind_of_step_is_done(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        on.fill().await?;
        assert_eq!(on.all_steps(session.transaction()).commit().await?, Committed::Done);
        assert_eq!(on.state().await?, (text(&[(1, "one")]), text(&[(1, "first")]), 1, 1, vec![9], [Some(10), None]));
        assert_eq!((on.news.get().await?, *on.jobs.get().await.unwrap()), (7, 8));
        assert!(on.pages.expiry(1).await?.is_some_and(|left| left > HOUR / 2), "it lives as its cache says");
        Ok(())
    }

    async fn nothing_is_done_where_one_expectation_is_not_met(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        on.fill().await?;
        let before = on.state().await?;
        let (two, second) = ("two".to_owned(), "second".to_owned());
        let begin = || session.transaction().expect(on.names.entry(2), Some(&two)).expect(on.pages.entry(2), Some(&second));
        let failing = [
            (begin().expect(on.names.entry(2), None), unmet(2, "names")),
            (begin().expect(on.names.entry(1), Some(&two)), unmet(2, "names")),
            (begin().expect(on.pages.entry(2), Some(&two)).expect(on.names.entry(1), Some(&two)), unmet(2, "pages")),
            (begin().expect(on.pages.entry(2), None), unmet(2, "pages")),
            (session.transaction().expect(on.pages.entry(1), Some(&second)), unmet(0, "pages")),
            (begin().expect(on.limit.entry(), Some(&5)).expect(on.last.entry(), Some(&1)), unmet(3, "last")),
            (begin().expect(on.last.entry(), None).expect(on.limit.entry(), None), unmet(3, "settings.limit")),
        ];
        for (transaction, outcome) in failing {
            let committed = on.all_steps(transaction).commit().await?;
            assert_eq!((committed.is_done(), committed), (false, outcome));
            assert_eq!(on.state().await?, before);
        }
        let met = begin().expect(on.names.entry(1), None).expect(on.pages.entry(1), None);
        assert!(on.all_steps(met).commit().await?.is_done());
        assert_ne!(on.state().await?, before);
        Ok(())
    }

    async fn what_is_expected_is_what_was_there_before_wherever_it_is_said(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let new = || session.transaction().set(names.entry(1), "one").expect(names.entry(1), None);
        assert!(new().commit().await?.is_done());
        assert_eq!(new().commit().await?, unmet(0, "names"));
        let only = session.transaction().expect(names.entry(1), Some(&"one".to_owned()));
        assert!(only.commit().await?.is_done(), "one that changes nothing");
        Ok(())
    }

    async fn writes_are_made_in_their_order(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        let steps = session.transaction().set(on.names.entry(1), "a").set(on.names.entry(1), "b");
        let steps = steps.set(on.names.entry(2), "c").delete(on.names.entry(2)).delete(on.pages.entry(1));
        let steps = steps.set(on.pages.entry(1), "d").add(&on.seen, 1).remove(&on.seen, 1);
        assert!((0..3).fold(steps, |steps, n| steps.put(&on.news, n)).commit().await?.is_done());
        assert_eq!(on.state().await?, (text(&[(1, "b")]), text(&[(1, "d")]), 3, 0, vec![], [None, None]));
        assert_eq!(on.news.drain().try_collect::<Vec<_>>().await?, [0, 1, 2]);
        Ok(())
    }

    async fn another_form_of_a_value_is_equal_and_one_that_is_gone_is_none(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, i64>::new("numbers").on(&session);
        let floats = RedisCache::<u64, f64>::new("floats").on(&session);
        poke(&session, "numbers", "i|1", "i|007").await;
        poke(&session, "floats", "i|1", "f|3").await;
        let both = |number, float| {
            let steps = session.transaction().expect(numbers.entry(1), Some(number)).expect(floats.entry(1), Some(float));
            steps.set(numbers.entry(2), 2)
        };
        assert_eq!(both(&7, &3.5).commit().await?, unmet(1, "floats"));
        assert_eq!(both(&8, &3.0).commit().await?, unmet(0, "numbers"));
        assert!(numbers.get(2).await?.is_none());
        assert!(both(&7, &3.0).commit().await?.is_done());
        poke(&session, "numbers", "i|1", "s|seven").await;
        assert_eq!(both(&7, &3.0).commit().await?, unmet(0, "numbers"), "it cannot be read, and is there");
        Ok(())
    }

    async fn an_entry_that_has_ended_and_one_that_is_stale_are_none(session: RedisSession) -> rediscache::Result<()> {
        for stale in [Duration::ZERO, HOUR] {
            let pages = RedisTtlCache::<u64, String>::new("pages", HOUR).stale(stale).on(&session);
            pages.set_for(1, "old", Duration::from_millis(20)).await?;
            let made = || session.transaction().expect(pages.entry(1), None).set(pages.entry(1), "new").commit();
            while !made().await?.is_done() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(pages.get(1).await?.as_deref(), Some("new"));
            let old = session.transaction().expect(pages.entry(1), Some(&"old".to_owned())).commit().await?;
            assert_eq!(old, unmet(0, "pages"));
            pages.delete(1).await?;
        }
        Ok(())
    }

    async fn a_value_that_a_transaction_stored_stands_for_good(session: RedisSession) -> rediscache::Result<()> {
        let last = RedisValue::<u64>::new("last").on(&session);
        last.set_for(1, HOUR).await?;
        assert!(session.transaction().expect(last.entry(), Some(&1)).set(last.entry(), 2).commit().await?.is_done());
        assert_eq!((last.get().await?, last.expiry().await?), (Some(2), None));
        assert!(session.transaction().delete(last.entry()).commit().await?.is_done());
        assert!(last.is_empty().await?);
        Ok(())
    }

    async fn a_transaction_of_nothing_is_done(session: RedisSession) -> rediscache::Result<()> {
        assert!(session.transaction().commit().await?.is_done());
        session.close().await?;
        let error = session.transaction().commit().await.unwrap_err();
        assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Closed, "commit", None));
        Ok(())
    }

    async fn a_key_of_another_type_is_left_as_it_is_and_so_is_all_else(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        on.fill().await?;
        RedisSet::<u64>::new("news").on(&session).add(1).await?;
        let before = on.names.items().await?;
        let begin = || session.transaction().set(on.names.entry(5), "five");
        let wrong = [
            (begin().put(&on.news, 1), "news"),
            (begin().add(&RedisSet::<u64>::new("names"), 1), "names"),
            (begin().remove(&RedisSet::<u64>::new("names"), 1), "names"),
            (begin().put(&RedisTaskQueue::<u64>::new("seen"), 1), "seen"),
            (begin().set(RedisCache::<u64, u64>::new("seen").entry(1), 1), "seen"),
            (begin().delete(RedisCache::<u64, u64>::new("news").entry(1)), "news"),
            (begin().expect(RedisCache::<u64, u64>::new("news").entry(1), None), "news"),
            (begin().set(RedisValue::<u64>::new("news").entry(), 1), "news"),
            (begin().delete(RedisValue::<u64>::new("names").entry()), "names"),
            (begin().expect(RedisValue::<u64>::new("news").entry(), None), "news"),
            (begin().set(RedisValue::<u64>::in_record("news", "a").entry(), 1), "news.a"),
            (begin().set(RedisValue::<u64>::new("x").entry(), 1).put(&RedisQueue::<u64>::new("x"), 1), "x"),
            // There is nothing yet, and only the first would do.
            (begin().put(&RedisQueue::<u64>::new("x"), 1).add(&RedisSet::<u64>::new("x"), 1), "x"),
            (begin().set(RedisCache::<u64, u64>::new("x").entry(1), 1).put(&RedisQueue::<u64>::new("x"), 1), "x"),
        ];
        for (transaction, namespace) in wrong {
            let error = transaction.commit().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WrongType, "{error}");
            assert_eq!((error.operation(), error.namespace()), ("commit", Some(namespace)), "{error}");
            assert!(!error.is_outcome_unknown() && !error.is_retryable());
            assert_eq!(on.names.items().await?, before);
        }
        assert!(RedisQueue::<u64>::new("x").on(&session).is_empty().await?);
        Ok(())
    }

    async fn what_has_no_form_is_refused_with_the_name_of_its_object(session: RedisSession) -> rediscache::Result<()> {
        #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
        struct Refused(#[serde(serialize_with = "refuse")] u8);

        fn refuse<S: serde::Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("never"))
        }

        let odd = RedisCache::<u64, Refused>::new("odd").on(&session);
        let queue = RedisQueue::<Refused>::new("queue").on(&session);
        let names = names(&session);
        let begin = || session.transaction().set(names.entry(1), "one");
        let refused = [
            (begin().set(odd.entry(1), Refused(1)), "odd"),
            (begin().expect(odd.entry(1), Some(&Refused(1))), "odd"),
            (begin().put(&queue, Refused(1)), "queue"),
        ];
        for (transaction, namespace) in refused {
            let error = transaction.commit().await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Encode, "commit"), "{error}");
            assert_eq!(error.namespace(), Some(namespace));
        }
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn objects_of_another_session_are_refused(session: RedisSession) -> rediscache::Result<()> {
        let other = RedisSession::in_memory();
        let theirs = Objects::on(&other);
        let begin = || session.transaction().set(names(&session).entry(1), "one");
        let refused = [
            (begin().set(theirs.names.entry(1), "one"), "names"),
            (begin().expect(theirs.pages.entry(1), None), "pages"),
            (begin().put(&theirs.jobs, 1), "jobs"),
            (begin().add(&theirs.seen, 1), "seen"),
        ];
        for (transaction, namespace) in refused {
            let error = transaction.commit().await.unwrap_err();
            assert_eq!((error.kind(), error.namespace()), (ErrorKind::Config, Some(namespace)), "{error}");
        }
        assert!(names(&session).is_empty().await?);
        // Those that are bound to none are taken in the session of the transaction, whichever is in force.
        let free = RedisCache::<u64, String>::new("names");
        assert!(other.scope(session.transaction().set(free.entry(1), "one").commit()).await?.is_done());
        assert_eq!(names(&session).get(1).await?.as_deref(), Some("one"));
        assert!(theirs.names.is_empty().await?);
        Ok(())
    }

    async fn what_is_wrong_with_an_object_is_said(session: RedisSession) -> rediscache::Result<()> {
        let nameless = RedisCache::<u64, String>::with_namespace("").on(&session);
        let endless = RedisTtlCache::<u64, String>::with_namespace("endless", Duration::ZERO).on(&session);
        for refused in [
            session.transaction().set(nameless.entry(1), "one"),
            session.transaction().delete(endless.entry(1)),
            session.transaction().expect(endless.entry(1), None),
        ] {
            let error = refused.commit().await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, "commit"), "{error}");
        }
        Ok(())
    }

    async fn who_waits_for_a_queue_is_woken(session: RedisSession) -> rediscache::Result<()> {
        let on = Objects::on(&session);
        for round in 0..5 {
            let (news, jobs) = (tokio::spawn(on.news.get()), tokio::spawn(on.jobs.get()));
            tokio::task::yield_now().await;
            assert!(session.transaction().put(&on.news, round).put(&on.jobs, round).commit().await?.is_done());
            assert_eq!(news.await.unwrap()?, round);
            let task = jobs.await.unwrap()?;
            assert_eq!((*task, task.attempt()), (round, 1));
            task.finalize().await.unwrap();
        }
        Ok(())
    }

    async fn what_is_kept_near_is_dropped(session: RedisSession) -> rediscache::Result<()> {
        let caches = [Near::tracking(), Near::fields()].map(|near| names(&session).near(near));
        let pages = RedisNearObject::near(RedisTtlCache::<u64, String>::new("pages", HOUR).on(&session), Near::tracking());
        for round in 0..20_u64 {
            let value = round.to_string();
            let made = session.transaction().set(names(&session).entry(1), &value).set(pages.entry(1), &value);
            assert!(made.commit().await?.is_done());
            for cache in &caches {
                assert_eq!(cache.get(1).await?.as_ref(), Some(&value));
                assert_eq!(cache.get(1).await?.as_ref(), Some(&value));
            }
            assert_eq!(pages.get(1).await?.as_ref(), Some(&value));
            assert_eq!(pages.get(1).await?.as_ref(), Some(&value));
        }
        assert!(session.transaction().delete(caches[0].entry(1)).delete(pages.entry(1)).commit().await?.is_done());
        for cache in &caches {
            assert_eq!(cache.get(1).await?, None);
        }
        assert_eq!(pages.get(1).await?, None);
        Ok(())
    }

    /// Both where there is no value, and beside a stale one.
    async fn a_load_that_began_before_is_not_stored_after(session: RedisSession) -> rediscache::Result<()> {
        let pages = RedisTtlCache::<u64, u32>::new("pages", HOUR).stale(HOUR).on(&session);
        for deletes in [false, true] {
            for has_stale in [false, true] {
                pages.delete(1).await?;
                if has_stale {
                    pages.set_for(1, 9, Duration::from_millis(1)).await?;
                    while pages.contains(1).await? {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
                let ((begun, has_begun), (bring, brought)) = (oneshot::channel(), oneshot::channel::<u32>());
                let load = tokio::spawn(pages.get_or_load(1, move || async move {
                    begun.send(()).unwrap();
                    Ok::<_, Infallible>(brought.await.unwrap())
                }).into_future());
                has_begun.await.unwrap();
                let steps = session.transaction();
                let steps = if deletes { steps.delete(pages.entry(1)) } else { steps.set(pages.entry(1), 50) };
                assert!(steps.commit().await?.is_done());
                bring.send(1).unwrap();
                assert!([1, 9].contains(&load.await.unwrap().unwrap()), "whoever asked before may have what it brought");
                let after = pages.get_or_load(1, || async { Ok::<_, Infallible>(2) }).await.unwrap();
                assert_eq!(after, if deletes { 2 } else { 50 }, "{deletes} {has_stale}");
                assert_eq!(pages.get(1).await?, Some(after));
            }
        }
        Ok(())
    }

    /// What one account loses another gets, and each change is told once.
    async fn of_transactions_at_once_none_is_lost_and_none_is_half_done(session: RedisSession) -> rediscache::Result<()> {
        let accounts = RedisCache::<u64, i64>::new("accounts").on(&session);
        let saved = RedisTtlCache::<u64, i64>::new("saved", HOUR).on(&session);
        let told = RedisQueue::<i64>::new("told").on(&session);
        accounts.set(1, 100).await?;
        saved.set(1, 0).await?;
        let callers = (0..8).map(|_| {
            let (session, accounts, saved, told) = (session.clone(), accounts.clone(), saved.clone(), told.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    loop {
                        let (old, kept) = (accounts.get(1).await?, saved.get(1).await?);
                        let (less, more) = (old.unwrap() - 1, kept.unwrap() + 1);
                        let steps = session.transaction().expect(accounts.entry(1), old.as_ref());
                        let steps = steps.expect(saved.entry(1), kept.as_ref()).put(&told, less);
                        if steps.set(accounts.entry(1), less).set(saved.entry(1), more).commit().await?.is_done() {
                            break;
                        }
                    }
                }
                rediscache::Result::Ok(())
            })
        });
        for caller in join_all(callers).await {
            caller.unwrap()?;
        }
        assert_eq!((accounts.get(1).await?, saved.get(1).await?), (Some(20), Some(80)));
        assert_eq!(told.drain().try_collect::<Vec<_>>().await?, (20..100).rev().collect::<Vec<i64>>());
        Ok(())
    }

    async fn the_shapes_of_values_are_kept_as_with_single_calls(session: RedisSession) -> rediscache::Result<()> {
        #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
        struct Point { x: u32, y: u32 }

        #[derive(Debug, Deserialize, PartialEq, Serialize)]
        struct Later { y: u32, x: u32, z: Option<u32> }

        let (points, moved) = (RedisCache::<u64, Point>::new("points").on(&session), RedisQueue::<Point>::new("moved").on(&session));
        let point = Point { x: 1, y: 2 };
        assert!(session.transaction().set(points.entry(1), &point).put(&moved, &point).commit().await?.is_done());
        let later = RedisCache::<u64, Later>::new("points").on(&session);
        let told = Later { y: 2, x: 1, z: None };
        assert_eq!(later.get(1).await?.as_ref(), Some(&told));
        assert_eq!(RedisQueue::<Later>::new("moved").on(&session).get().await?, told);
        // What another program wrote is equal where it loses nothing.
        let same = session.transaction().expect(later.entry(1), Some(&told)).set(later.entry(1), Later { y: 2, x: 1, z: Some(3) });
        assert!(same.commit().await?.is_done());
        let less = session.transaction().expect(points.entry(1), Some(&point)).delete(points.entry(1)).commit().await?;
        assert_eq!(less, unmet(0, "points"));
        Ok(())
    }

    async fn transactions_that_race_with_writers_lose_nothing(session: RedisSession) -> rediscache::Result<()> {
        let race = support::race(&[session.clone(), session], 2_000).await?;
        assert!(race.done > 0, "{race:?}");
        Ok(())
    }
}
