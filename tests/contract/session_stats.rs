//! What a session counts of what it does.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::FutureExt;
use rediscache::{
    Committed, ErrorKind, Near, ObjectStats, RedisCache, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue,
    RedisTtlCache, TaskError,
};
use support::{contract, poke};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    settings: RedisCache<u64, String>,
}

fn names(session: &RedisSession) -> RedisCache<u64, String> {
    RedisCache::new("names").on(session)
}

fn of(session: &RedisSession, name: &str) -> ObjectStats {
    session.stats().object(name).cloned().unwrap_or_else(|| panic!("nothing was counted of {name}"))
}

contract! {
    async fn nothing_was_done_by_a_new_session(session: RedisSession) {
        let stats = session.stats();
        assert_eq!((stats.objects(), stats.calls(), stats.errors(), stats.batches().count()), (&[][..], 0, 0, 0));
        assert!(stats.latency().is_empty());
    }

    async fn each_call_is_counted_once(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        for key in 0..10 {
            names.set(key, "a name").await?;
        }
        for key in 0..100 {
            names.get(key).await?;
        }
        let (stats, whole) = (of(&session, "names"), session.stats());
        assert_eq!((stats.calls(), stats.errors(), stats.hits(), stats.misses()), (110, 0, 10, 90));
        assert_eq!((whole.calls(), whole.errors()), (110, 0));
        assert_eq!((stats.namespace(), stats.key()), ("names", names.key()?.as_str()));
        assert_eq!(whole.object(stats.key()), Some(&stats));
        Ok(())
    }

    async fn calls_of_many_threads_are_all_counted(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let threads = (0..4).map(|thread| {
            let names = names.clone();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    for key in 0..100 {
                        names.set(thread * 100 + key, "a name").await.unwrap();
                    }
                });
            })
        });
        for thread in threads.collect::<Vec<_>>() {
            tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
        }
        assert_eq!(of(&session, "names").calls(), 400);
        Ok(())
    }

    async fn many_are_one_call_and_many_hits(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        names.get_many([1, 2, 3, 4]).await?;
        let stats = of(&session, "names");
        assert_eq!((stats.calls(), stats.hits(), stats.misses()), (2, 2, 2));
        Ok(())
    }

    async fn bytes_are_those_of_values(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let long = "x".repeat(1000);
        names.set(1, &long).await?;
        names.get(1).await?;
        names.get(1).await?;
        let stats = of(&session, "names");
        assert!((1000..1010).contains(&stats.bytes_written()), "{stats:?}");
        assert_eq!(stats.bytes_read(), 2 * stats.bytes_written());
        Ok(())
    }

    async fn errors_are_counted_by_their_kind(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u8>::new("counts").on(&session);
        counts.set(1, 255).await?;
        for _ in 0..3 {
            counts.increment(1, 1).await.unwrap_err();
        }
        poke(&session, "counts", "i|2", "?").await;
        counts.get(2).await.unwrap_err();
        RedisQueue::<u64>::new("counts").on(&session).put(1).await.unwrap_err();
        session.close().await?;
        counts.get(1).await.unwrap_err();

        let stats = of(&session, "counts");
        let errors: Vec<_> = stats.errors_by_kind().collect();
        let expected = [
            (ErrorKind::Closed, 1),
            (ErrorKind::Decode, 1),
            (ErrorKind::WrongType, 1),
            (ErrorKind::Overflow, 3),
        ];
        assert_eq!((errors.as_slice(), stats.errors()), (expected.as_slice(), 6));
        assert_eq!((stats.errors_of(ErrorKind::Overflow), stats.errors_of(ErrorKind::Timeout)), (3, 0));
        Ok(())
    }

    async fn what_is_refused_before_it_has_a_session_is_counted_nowhere(session: RedisSession) {
        RedisCache::<u64, u64>::with_namespace("$own").on(&session).get(1).await.unwrap_err();
        RedisCache::<u64, u64>::with_namespace("").on(&session).get(1).await.unwrap_err();
        assert_eq!(session.stats().calls(), 0);
    }

    async fn a_call_that_is_dropped_is_a_call_and_nothing_else(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisQueue::<u64>::new("jobs").on(&session);
        drop(jobs.get());
        assert_eq!(session.stats().calls(), 0, "it was never polled");
        assert!(jobs.get().now_or_never().is_none());
        let stats = of(&session, "jobs");
        assert_eq!((stats.calls(), stats.errors(), stats.latency().count()), (1, 0, 0));
        Ok(())
    }

    async fn the_first_call_is_timed_and_others_stand_for_many(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        assert!(!of(&session, "names").latency().is_empty());
        for _ in 0..1023 {
            names.get(1).await?;
        }
        let latency = of(&session, "names").latency().clone();
        // As many as there were, but for those at a time when some stand for fewer than others.
        assert!((960..1100).contains(&latency.count()), "{latency:?}");
        assert!(latency.quantile(0.5) <= latency.quantile(0.99));
        assert!(latency.mean().is_some_and(|mean| mean > Duration::ZERO && mean < Duration::from_secs(30)));
        Ok(())
    }

    async fn two_names_of_one_kind_are_two_objects(session: RedisSession) -> rediscache::Result<()> {
        let (names, bare) = (names(&session), names(&session).without_global_namespace());
        names.len().await?;
        for number in 0..3 {
            RedisCache::<u64, u64>::with_namespace(format!("shard.{number}")).on(&session).len().await?;
        }
        bare.len().await?;
        bare.len().await?;
        let stats = session.stats();
        assert_eq!(stats.objects().len(), 5, "{stats:?}");
        assert_eq!(stats.object(&names.key()?).map(ObjectStats::calls), Some(1));
        assert_eq!(stats.object(&bare.key()?).map(ObjectStats::calls), Some(2));
        Ok(())
    }

    async fn the_objects_of_a_family_count_together(session: RedisSession) -> rediscache::Result<()> {
        for id in 0..20 {
            Tenant::on(&session).of(id).settings().set(1, "green").await?;
        }
        let stats = session.stats();
        assert_eq!(stats.objects().len(), 1);
        assert_eq!((stats.objects()[0].namespace(), stats.objects()[0].calls()), ("tenant.{}.settings", 20));
        Ok(())
    }

    async fn a_load_is_one_call(session: RedisSession) -> rediscache::Result<()> {
        let pages = RedisTtlCache::<u64, u64>::new("pages", HOUR).on(&session);
        let near = RedisTtlCache::<u64, u64>::new("near", HOUR).near(Near::tracking()).on(&session);
        for (pages, name) in [(&pages, "pages"), (&near, "near")] {
            for _ in 0..3 {
                let load = pages.get_or_load(7, || async { Ok::<_, Infallible>(49) });
                assert_eq!(load.await.expect("it is loaded"), 49);
            }
            let stats = of(&session, name);
            assert_eq!(stats.loads(), 1, "{stats:?}");
            assert!(stats.calls() + stats.near_hits() >= 3 && stats.calls() <= 3, "{stats:?}");
        }
        let stats = of(&session, "pages");
        assert_eq!((stats.calls(), stats.hits(), stats.misses()), (3, 2, 1));
        Ok(())
    }

    async fn what_a_loader_fails_with_is_no_error_of_the_store(session: RedisSession) -> rediscache::Result<()> {
        let pages = RedisTtlCache::<u64, u64>::new("pages", HOUR).on(&session);
        pages.get_or_load(7, || async { Err::<u64, _>("no") }).await.unwrap_err();
        let stats = of(&session, "pages");
        assert_eq!((stats.calls(), stats.errors(), stats.loads()), (1, 0, 1));
        Ok(())
    }

    async fn a_task_that_comes_again_is_a_redelivery(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
        jobs.put(1).await?;
        for _ in 0..3 {
            jobs.get().await?.reschedule().await.map_err(TaskError::into_error)?;
        }
        jobs.get().await?.finalize().await.map_err(TaskError::into_error)?;
        let stats = of(&session, "jobs");
        assert_eq!((stats.calls(), stats.redeliveries(), stats.errors()), (9, 3, 0));
        Ok(())
    }

    async fn keys_served_from_this_process_are_counted_and_are_no_calls(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session).near(Near::tracking());
        names.set(1, "one").await?;
        for _ in 0..5 {
            names.get(1).await?;
        }
        let (stats, near) = (of(&session, "names"), names.near_stats());
        assert_eq!((stats.near_hits(), stats.near_misses()), (near.hits(), near.misses()));
        let served = if near.misses() > 0 { near.hits() } else { 0 };
        assert_eq!(stats.calls() + served, 6, "{stats:?}");
        Ok(())
    }

    async fn a_transaction_is_a_call_of_its_first_object(session: RedisSession) -> rediscache::Result<()> {
        let names = RedisCache::<u64, String>::with_namespace("{a}.names").on(&session);
        let others = RedisCache::<u64, String>::with_namespace("{a}.others").on(&session);
        let both = session.transaction().set(names.entry(1), "one").set(others.entry(1), "one");
        assert!(matches!(both.commit().await?, Committed::Done));
        let stats = session.stats();
        assert_eq!(stats.calls(), 1, "{stats:?}");
        assert_eq!(stats.object("{a}.names").map(ObjectStats::calls), Some(1));
        Ok(())
    }
}
