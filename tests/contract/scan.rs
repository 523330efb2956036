use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::{contract, poke};

use crate::{kind, names};

const MANY: u64 = 10_000;

contract! {
    async fn a_scan_of_nothing_ends_at_once(session: RedisSession) -> rediscache::Result<()> {
        let mut scan = names(&session).scan();
        assert!(scan.next().await.is_none());
        assert!(scan.next().await.is_none(), "and stays ended");
        Ok(())
    }

    async fn a_quiet_hash_is_seen_once_and_whole(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        for length in [1, 499, 500, 501, 1000, MANY] {
            numbers.replace_all((0..length).map(|n| (n, n * 2))).await?;
            let mut seen = BTreeMap::new();
            let mut scan = numbers.scan();
            while let Some(entry) = scan.next().await {
                let (key, value) = entry?;
                assert!(seen.insert(key, value).is_none(), "{key} was seen twice");
            }
            assert!(seen.into_iter().eq((0..length).map(|n| (n, n * 2))), "of {length}");
        }
        Ok(())
    }

    async fn an_entry_that_cannot_be_read_is_not_the_end(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..2000).map(|n| (n, n))).await?;
        poke(&session, "numbers", "i|5000", "s|text").await;
        poke(&session, "numbers", "i|5001", b"\xff").await;
        poke(&session, "numbers", "s|key", "i|1").await;
        let (mut good, mut bad) = (Vec::new(), 0);
        let mut scan = numbers.scan();
        while let Some(entry) = scan.next().await {
            match entry {
                Ok((key, _)) => good.push(key),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Decode);
                    assert_eq!((error.operation(), error.namespace()), ("scan", Some("numbers")));
                    bad += 1;
                }
            }
        }
        good.sort_unstable();
        assert!(good.into_iter().eq(0..2000));
        assert_eq!(bad, 3);
        assert_eq!(numbers.len().await?, 2003, "they are left where they are");
        Ok(())
    }

    async fn what_stays_throughout_is_seen(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..3000).map(|n| (n, 0))).await?;
        let mut seen = std::collections::BTreeSet::new();
        let mut scan = numbers.scan();
        let mut step = 0;
        while let Some(entry) = scan.next().await {
            seen.insert(entry?.0);
            step += 1;
            if step % 250 == 0 && step <= 2000 {
                // The even ones stay; odd ones go and others come, so that the table is resized.
                numbers.delete_many((0..step).filter(|n| n % 2 == 1)).await?;
                numbers.update((0..step * 4).map(|n| (10_000 + n, 1))).await?;
            }
        }
        assert!((0..3000).filter(|n| n % 2 == 0).all(|n| seen.contains(&n)));
        Ok(())
    }

    async fn entries_may_be_removed_while_they_are_scanned(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..3000).map(|n| (n, n))).await?;
        let mut scan = numbers.scan();
        while let Some(entry) = scan.next().await {
            numbers.delete(entry?.0).await?;
        }
        assert!(numbers.is_empty().await?);
        Ok(())
    }

    async fn a_scan_starts_when_it_is_first_polled(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let scan = names.scan();
        names.set(1, "one").await?;
        let entries: Vec<_> = scan.map(Result::unwrap).collect().await;
        assert_eq!(entries, [(1, "one".to_owned())]);
        Ok(())
    }

    async fn a_dropped_next_loses_no_entry(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..1500).map(|n| (n, n))).await?;
        let mut scan = numbers.scan();
        let mut seen = Vec::new();
        loop {
            // Polled once and dropped, again and again.
            let next = tokio::select! {
                biased;
                next = scan.next() => next,
                () = std::future::ready(()) => {
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            match next {
                Some(entry) => seen.push(entry?.0),
                None => break,
            }
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..1500));
        Ok(())
    }

    async fn a_scan_outlives_its_cache_and_moves_to_another_task(session: RedisSession) -> rediscache::Result<()> {
        let scan = {
            let names = RedisCache::<u64, String>::with_namespace(String::from("names")).on(&session);
            names.set(1, "one").await?;
            names.scan()
        };
        let counted = tokio::spawn(async move { pin!(scan).count().await });
        assert_eq!(counted.await.unwrap(), 1);
        Ok(())
    }

    async fn a_page_that_cannot_be_fetched_is_one_error_and_the_end(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..5000).map(|n| (n, n))).await?;
        let mut scan = numbers.scan();
        scan.next().await.unwrap()?;
        session.close().await?;
        let last = loop {
            match scan.next().await {
                Some(Ok(_)) => {}
                other => break other.unwrap(),
            }
        };
        assert_eq!(kind(last), ErrorKind::Closed);
        assert!(scan.next().await.is_none());
        Ok(())
    }
}
