//! How long entries live, under which names, and what is refused.

use std::time::Duration;

use futures_util::TryStreamExt;
use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTtlCache};
use support::{Raw, RawBytes, contract};

use crate::kind;
use crate::ttl_entry::is_about;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

fn pages(session: &RedisSession) -> RedisTtlCache<u64, String> {
    RedisTtlCache::new("pages", MINUTE).on(session)
}

contract! {
    async fn an_entry_ends_with_its_time(session: RedisSession) -> rediscache::Result<()> {
        let pages = pages(&session);
        pages.set_for(1, "one", Duration::from_millis(20)).await?;
        pages.set(2, "two").await?;
        let gone = async {
            while pages.get(1).await?.is_some() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            rediscache::Result::Ok(())
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap()?;
        assert_eq!(pages.get_many([1, 2]).await?, [None, Some("two".to_owned())], "each by itself");
        Ok(())
    }

    async fn a_time_of_nothing_is_a_millisecond_and_one_beyond_all_clocks_is_taken(
        session: RedisSession
    ) -> rediscache::Result<()> {
        let pages = pages(&session);
        pages.set_for(1, "one", Duration::ZERO).await?;
        pages.set_for(2, "two", Duration::MAX).await?;
        assert_eq!(pages.get(2).await?.as_deref(), Some("two"));
        assert!(pages.expire(2, Duration::ZERO).await?);
        assert!(pages.expiry(2).await? <= Some(Duration::from_millis(1)));
        let stale = pages.stale(Duration::MAX);
        stale.set(3, "three").await?;
        assert!(stale.touch(3).await?);
        Ok(())
    }

    async fn reads_of_an_idle_cache_begin_the_life_anew_and_looks_do_not(session: RedisSession) -> rediscache::Result<()> {
        let pages = RedisTtlCache::<u64, String>::new("pages", MINUTE).idle(HOUR).on(&session);
        let shorten = async || pages.set_for(1, "one", MINUTE).await;
        shorten().await?;
        assert!(pages.contains(1).await?);
        assert!(pages.scan().try_next().await?.is_some());
        assert!(is_about(pages.expiry(1).await?, MINUTE), "a look does not");
        pages.get(1).await?;
        assert!(is_about(pages.expiry(1).await?, HOUR));
        shorten().await?;
        pages.get_or(1, "").await?;
        assert!(is_about(pages.expiry(1).await?, HOUR));
        shorten().await?;
        assert_eq!(pages.get_many([1, 2, 1]).await?, [Some("one".to_owned()), None, Some("one".to_owned())]);
        assert!(is_about(pages.expiry(1).await?, HOUR));
        Ok(())
    }

    async fn jitter_shortens_lives_by_chance_and_not_those_that_are_told(session: RedisSession) -> rediscache::Result<()> {
        let pages = RedisTtlCache::<u64, u64>::new("pages", HOUR).jitter(0.5).on(&session);
        pages.set_many((0..50).map(|n| (n, n))).await?;
        let mut lives = Vec::new();
        for n in 0..50 {
            lives.push(pages.expiry(n).await?.unwrap());
        }
        let (least, most) = (*lives.iter().min().unwrap(), *lives.iter().max().unwrap());
        assert!(least >= HOUR / 2 - MINUTE && most <= HOUR, "{least:?} to {most:?}");
        assert!(most - least > MINUTE, "{least:?} to {most:?}");
        pages.set_for(1, 1, HOUR).await?;
        assert!(is_about(pages.expiry(1).await?, HOUR));
        assert!(pages.expire(2, HOUR).await?);
        assert!(is_about(pages.expiry(2).await?, HOUR));
        Ok(())
    }

    async fn entries_stand_under_names_of_their_own_byte_for_byte(session: RedisSession) -> rediscache::Result<()> {
        type Raws = RedisTtlCache<RawBytes, RawBytes, Raw>;
        let raw = Raws::with_namespace("Shop.pages", MINUTE).on(&session);
        RedisTtlCache::<u64, String>::new("Shop.pages", MINUTE).on(&session).set(42, "page").await?;
        assert_eq!(raw.get(RawBytes::from("i|42")).await?, Some(RawBytes::from("s|page")));
        // Any bytes, and the name of another cache's entry.
        let keys: [&[u8]; 7] = [b"", b":", b"%", b"%3A", b"\xff\xfe", b"a:b", b"{a}$lease"];
        raw.set_many(keys.map(|key| (RawBytes::from(key), RawBytes::from(key)))).await?;
        Raws::with_namespace("Shop.pages:a", MINUTE).on(&session).set(RawBytes::from("b"), RawBytes::from("other")).await?;
        for key in keys {
            assert_eq!(raw.get(RawBytes::from(key)).await?, Some(RawBytes::from(key)));
        }
        let mut shown: Vec<_> = raw.scan().map_ok(|(key, _)| key.0).try_collect().await?;
        shown.sort();
        let mut expected: Vec<_> = keys.iter().map(|key| key.to_vec()).chain([b"i|42".to_vec()]).collect();
        expected.sort();
        assert_eq!(shown, expected);
        Ok(())
    }

    async fn what_others_put_in_the_place_of_an_entry_is_no_entry(session: RedisSession) -> rediscache::Result<()> {
        let pages = pages(&session);
        let queue = RedisQueue::<u64>::new("pages:i|1").on(&session);
        for cache in [pages.clone(), pages.clone().stale(HOUR), pages.clone().idle(HOUR)] {
            queue.put(5).await?;
            assert_eq!(cache.get(1).await?, None);
            assert_eq!(cache.get_many([1]).await?, [None]);
            assert!(!cache.contains(1).await?);
            assert_eq!(cache.expiry(1).await?, None);
            assert!(!cache.touch(1).await?);
            assert!(cache.scan().try_next().await?.is_none());
            assert!(cache.set_if_absent(1, "one").await?);
            assert_eq!(cache.get(1).await?.as_deref(), Some("one"));
            assert!(cache.delete(1).await?);
        }
        Ok(())
    }

    async fn a_mistaken_life_is_refused_at_use(session: RedisSession) {
        let pages = pages(&session);
        let none = Duration::from_secs(u64::from(session.is_closed()));
        let mistaken = [
            RedisTtlCache::<u64, String>::with_namespace("pages", none).on(&session),
            pages.clone().idle(none),
            pages.clone().idle(HOUR).stale(HOUR),
            pages.clone().idle(HOUR).jitter(0.1),
            pages.clone().jitter(1.1),
            pages.clone().jitter(-0.1),
            pages.clone().jitter(f64::NAN),
        ];
        for pages in mistaken {
            assert_eq!(kind(pages.get(1).await), ErrorKind::Config);
            assert_eq!(kind(pages.set(1, "one").await), ErrorKind::Config);
            assert_eq!(kind(pages.get_many([1]).await), ErrorKind::Config);
            assert_eq!(kind(pages.clear().await), ErrorKind::Config);
            assert_eq!(kind(pages.touch(1).await), ErrorKind::Config);
            assert_eq!(kind(pages.scan().try_next().await), ErrorKind::Config);
        }
    }

    async fn a_value_that_cannot_be_read_stays_or_is_taken_for_absent(session: RedisSession) -> rediscache::Result<()> {
        let (pages, counts) = (pages(&session), RedisTtlCache::<u64, u64>::new("pages", MINUTE).on(&session));
        pages.set(1, "one").await?;
        assert_eq!(kind(counts.get(1).await), ErrorKind::Decode);
        assert_eq!(kind(counts.pop(1).await), ErrorKind::Decode);
        assert_eq!(kind(counts.replace(1, 1).await), ErrorKind::Decode);
        assert_eq!(kind(counts.scan().try_next().await), ErrorKind::Decode);
        let lenient = counts.clone().unreadable_as_absent();
        assert_eq!(lenient.get(1).await?, None);
        assert_eq!(lenient.pop(1).await?, None);
        assert_eq!(lenient.scan().try_next().await?, None);
        assert_eq!(pages.get(1).await?.as_deref(), Some("one"));
        assert_eq!(lenient.replace(1, 1).await?, None);
        assert_eq!(counts.get(1).await?, Some(1));
        Ok(())
    }
}
