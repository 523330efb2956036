//! Caches that keep what was read: they read as all others do.

use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{ErrorKind, Near, RedisCache, RedisSession};
use support::{contract, poke};

use crate::kind;

/// One cache of each kind.
fn near<K: rediscache::Key, V: rediscache::NearValue>(session: &RedisSession) -> [RedisCache<K, V>; 2] {
    let (tracking, fields) = (RedisCache::new("tracking"), RedisCache::new("fields"));
    [tracking.near(Near::tracking()).on(session), fields.near(Near::fields().bytes(1 << 20)).on(session)]
}

/// Reads in every way, more than once, so that some is kept.
async fn assert_reads(names: &RedisCache<u64, String>, expected: [Option<&str>; 3]) -> rediscache::Result<()> {
    for _ in 0..3 {
        for (key, expected) in (0..).zip(expected) {
            assert_eq!(names.get(key).await?.as_deref(), expected);
            assert_eq!(names.contains(key).await?, expected.is_some());
            assert_eq!(names.get_or(key, "nobody").await?, expected.unwrap_or("nobody"));
        }
        let many = names.get_many([0, 1, 2, 1]).await?;
        assert_eq!(many.iter().map(Option::as_deref).collect::<Vec<_>>(), [0, 1, 2, 1].map(|key| expected[key]));
    }
    Ok(())
}

contract! {
    async fn every_write_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        for names in near::<u64, String>(&session) {
            assert_reads(&names, [None, None, None]).await?;
            names.set(0, "zero").await?;
            assert_reads(&names, [Some("zero"), None, None]).await?;
            names.update([(1, "one"), (2, "two")]).await?;
            assert_reads(&names, [Some("zero"), Some("one"), Some("two")]).await?;
            assert!(names.delete(0).await?);
            assert!(names.set_if_absent(0, "nil").await?);
            assert_reads(&names, [Some("nil"), Some("one"), Some("two")]).await?;
            assert!(!names.set_if_absent(0, "null").await?);
            assert_eq!(names.pop(1).await?.as_deref(), Some("one"));
            assert_eq!(names.replace(2, "deux").await?.as_deref(), Some("two"));
            assert_reads(&names, [Some("nil"), None, Some("deux")]).await?;
            assert!(names.compare_and_set(2, "deux", "zwei").await?);
            assert!(names.compare_and_delete(0, "nil").await?);
            assert_reads(&names, [None, None, Some("zwei")]).await?;
            names.replace_all([(0, "a"), (1, "b")]).await?;
            assert_reads(&names, [Some("a"), Some("b"), None]).await?;
            assert_eq!(names.delete_many([0, 2]).await?, 1);
            assert_reads(&names, [None, Some("b"), None]).await?;
            names.clear().await?;
            assert_reads(&names, [None, None, None]).await?;
            names.set(1, "one").await?;
            assert_reads(&names, [None, Some("one"), None]).await?;
            assert!(names.set_expiry(Duration::ZERO).await?);
            assert_reads(&names, [None, None, None]).await?;
        }
        Ok(())
    }

    async fn what_was_added_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        for counts in near::<u64, i64>(&session) {
            for n in 1..=20 {
                assert_eq!(counts.increment(1, 2).await?, 2 * n - (n - 1));
                assert_eq!(counts.get(1).await?, Some(n + 1));
                assert_eq!(counts.decrement(1, 1).await?, n);
                assert_eq!(counts.get(1).await?, Some(n));
            }
        }
        Ok(())
    }

    async fn what_another_cache_of_the_session_writes_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        for names in near::<u64, String>(&session) {
            let far = RedisCache::<u64, String>::with_namespace(names.namespace()).on(&session);
            for n in 0..20 {
                far.set(1, n.to_string()).await?;
                assert_eq!(names.get(1).await?, Some(n.to_string()));
                assert_eq!(names.get(1).await?, Some(n.to_string()));
            }
        }
        Ok(())
    }

    async fn crowds_never_read_what_is_older_than_a_finished_write(session: RedisSession) -> rediscache::Result<()> {
        for counts in near::<u64, u64>(&session) {
            let (counts, finished) = (&counts, &std::cell::Cell::new(0_u64));
            let write = async {
                for n in 1..=200 {
                    counts.set(1, n).await?;
                    finished.set(n);
                }
                Ok(())
            };
            let reads = join_all((0..8).map(|_| async move {
                while finished.get() < 200 {
                    let before = finished.get();
                    let read = counts.get(1).await?.unwrap_or(0);
                    assert!(read >= before, "{read} is older than {before}");
                    tokio::task::yield_now().await;
                }
                Ok(())
            }));
            let (written, read): (rediscache::Result<()>, Vec<rediscache::Result<()>>) = futures_util::future::join(write, reads).await;
            written?;
            read.into_iter().collect::<rediscache::Result<()>>()?;
        }
        Ok(())
    }

    async fn what_cannot_be_read_is_an_error_each_time(session: RedisSession) -> rediscache::Result<()> {
        for names in near::<u64, u64>(&session) {
            poke(&session, names.namespace(), "i|1", "s|one").await;
            for _ in 0..3 {
                assert_eq!(kind(names.get(1).await), ErrorKind::Decode);
                assert_eq!(kind(names.get_many([1]).await), ErrorKind::Decode);
                assert!(names.contains(1).await?);
            }
        }
        Ok(())
    }

    async fn reads_count_as_hits_or_misses(session: RedisSession) -> rediscache::Result<()> {
        for names in near::<u64, String>(&session) {
            assert_eq!(names.near_stats(), Default::default());
            names.get(1).await?;
            names.get_many([1, 2]).await?;
            let stats = names.near_stats();
            assert_eq!(stats.hits() + stats.misses(), 3);
            while names.near_stats().hits() < 10 {
                names.get(1).await?;
            }
        }
        Ok(())
    }

    async fn what_holds_nothing_is_refused(session: RedisSession) {
        for near in [
            Near::tracking().capacity(0),
            Near::tracking().bytes(0),
            Near::fields().ttl(Duration::ZERO),
            Near::fields().staleness(Duration::ZERO),
        ] {
            let names = RedisCache::<u64, String>::new("names").near(near).on(&session);
            assert_eq!(kind(names.get(1).await), ErrorKind::Config);
            assert_eq!(kind(names.get_or(1, "").await), ErrorKind::Config);
            assert_eq!(kind(names.contains(1).await), ErrorKind::Config);
            assert_eq!(kind(names.get_many([1]).await), ErrorKind::Config);
        }
    }

    async fn a_closed_session_serves_nothing(session: RedisSession) -> rediscache::Result<()> {
        for names in near::<u64, String>(&session) {
            names.set(1, "one").await?;
            assert_reads(&names, [None, Some("one"), None]).await?;
        }
        session.close().await?;
        for names in near::<u64, String>(&session) {
            assert_eq!(kind(names.get(1).await), ErrorKind::Closed);
            assert_eq!(kind(names.get_or(1, "").await), ErrorKind::Closed);
            assert_eq!(kind(names.contains(1).await), ErrorKind::Closed);
            assert_eq!(kind(names.get_many([1]).await), ErrorKind::Closed);
            assert_eq!(names.near_stats().entries(), 0);
        }
        Ok(())
    }

    async fn a_read_uses_the_session_in_which_it_is_awaited(session: RedisSession) -> rediscache::Result<()> {
        static NAMES: RedisCache<u64, String> = RedisCache::new("names").near(Near::tracking());
        session.scope(NAMES.set(1, "one")).await?;
        let read = NAMES.get(1);
        assert_eq!(session.scope(read).await?.as_deref(), Some("one"));
        assert_eq!(session.scope(NAMES.get(1)).await?.as_deref(), Some("one"));
        let other = RedisSession::in_memory();
        assert_eq!(other.scope(NAMES.get(1)).await?, None);
        Ok(())
    }
}
