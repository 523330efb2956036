//! Many entries that live for a time: calls that go together, walks over all keys, and what is dropped half way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;
use rediscache::{
    Declaration, ErrorKind, FindingKind, ObjectInfo, Operation, RedisCache, RedisNamespaced, RedisObject, RedisSession,
    RedisTtlCache,
};
use support::{contract, within_polls};

use crate::kind;

const MINUTE: Duration = Duration::from_secs(60);

type Numbers = RedisTtlCache<u64, u64>;

/// As the derive describes a struct with one.
struct Shop;

impl RedisNamespaced for Shop {
    fn objects() -> Vec<ObjectInfo> {
        let counts = RedisTtlCache::<u64, u64>::new("Shop.counts", MINUTE);
        vec![counts.describe("counts", Declaration::new("Shop.counts"))]
    }
}

fn numbers(session: &RedisSession) -> Numbers {
    RedisTtlCache::new("numbers", MINUTE).on(session)
}

/// All entries, each of which is seen.
async fn all(numbers: &Numbers) -> BTreeMap<u64, u64> {
    let entries: Vec<_> = numbers.scan().collect().await;
    entries.into_iter().map(Result::unwrap).collect()
}

async fn prepare(numbers: &Numbers) -> BTreeMap<u64, u64> {
    numbers.clear().await.unwrap();
    numbers.set_many([(1, 10), (2, 20)]).await.unwrap();
    all(numbers).await
}

async fn check<T>(session: &RedisSession, is_whole: bool, operation: impl Fn(&Numbers) -> Operation<T>) {
    for numbers in [numbers(session), numbers(session).stale(MINUTE), numbers(session).idle(MINUTE)] {
        let before = prepare(&numbers).await;
        operation(&numbers).await.unwrap_or_else(|error| panic!("{error:?}"));
        let after = all(&numbers).await;
        for polls in 0.. {
            prepare(&numbers).await;
            let ended = within_polls(polls, operation(&numbers)).await.is_some();
            let left = all(&numbers).await;
            let is_between =
                || left.iter().all(|(key, value)| [&before, &after].iter().any(|it| it.get(key) == Some(value)));
            let is_right = left == after || (!ended && (left == before || (!is_whole && is_between())));
            assert!(is_right, "after {polls} polls: {left:?}");
            // Nothing comes later.
            numbers.set(9, 90).await.unwrap();
            numbers.delete(9).await.unwrap();
            assert_eq!(all(&numbers).await, left, "after {polls} polls");
            if ended {
                break;
            }
            assert!(polls < 1000, "it never ends");
        }
    }
}

contract! {
    async fn a_dropped_write_of_an_entry_took_effect_or_did_not(session: RedisSession) {
        check(&session, true, |numbers| numbers.set(1, 11)).await;
        check(&session, true, |numbers| numbers.set_for(3, 30, MINUTE)).await;
        check(&session, true, |numbers| numbers.set_if_absent(3, 30)).await;
        check(&session, true, |numbers| numbers.delete(1)).await;
        check(&session, true, |numbers| numbers.pop(1)).await;
        check(&session, true, |numbers| numbers.replace(1, 11)).await;
        check(&session, true, |numbers| numbers.compare_and_set(1, 10, 11)).await;
        check(&session, true, |numbers| numbers.compare_and_delete(1, 10)).await;
        check(&session, true, |numbers| numbers.increment(1, 5)).await;
    }

    async fn a_dropped_write_of_many_entries_took_effect_on_some_or_all(session: RedisSession) {
        check(&session, false, |numbers| numbers.set_many([(1, 11), (3, 33), (4, 44)])).await;
        check(&session, false, |numbers| numbers.delete_many([1, 2])).await;
        check(&session, false, Numbers::clear).await;
    }

    async fn a_dropped_read_of_entries_changes_nothing(session: RedisSession) {
        check(&session, true, |numbers| numbers.get(1)).await;
        check(&session, true, |numbers| numbers.get_many([1, 2, 3])).await;
        check(&session, true, |numbers| numbers.contains(1)).await;
        check(&session, true, |numbers| numbers.expiry(1)).await;
        check(&session, true, |numbers| numbers.touch(1)).await;
        check(&session, true, |numbers| numbers.expire(1, MINUTE)).await;
    }

    async fn callers_at_once_each_get_their_own_answer(session: RedisSession) -> rediscache::Result<()> {
        for numbers in [numbers(&session), numbers(&session).stale(MINUTE), numbers(&session).idle(MINUTE)] {
            let callers: Vec<_> = (0..300).map(|n| {
                let numbers = numbers.clone();
                tokio::spawn(async move {
                    let key = n % 150;
                    if n < 150 {
                        assert_eq!(numbers.get(key).await?, None);
                        numbers.set(key, key * 2).await?;
                        assert_eq!(numbers.get(key).await?, Some(key * 2));
                        assert_eq!(numbers.get_many([key, 999]).await?, [Some(key * 2), None]);
                        assert!(numbers.delete(key).await?);
                        assert!(!numbers.delete(key).await?);
                        assert_eq!(numbers.get(key).await?, None);
                    } else {
                        // Beside those of others.
                        numbers.get(999).await?;
                        numbers.delete(1000 + key).await?;
                    }
                    rediscache::Result::Ok(())
                })
            }).collect();
            for caller in callers {
                tokio::time::timeout(Duration::from_secs(60), caller).await.unwrap().unwrap()?;
            }
        }
        Ok(())
    }

    async fn a_call_that_fails_does_not_harm_those_beside_it(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        RedisTtlCache::<u64, String>::new("numbers", MINUTE).on(&session).set(1, "text").await?;
        numbers.set(2, 20).await?;
        let callers: Vec<_> = (0..100).map(|n| tokio::spawn(numbers.get(1 + n % 2))).collect();
        for (n, caller) in callers.into_iter().enumerate() {
            let answer = caller.await.unwrap();
            if n % 2 == 0 { assert_eq!(kind(answer), ErrorKind::Decode) } else { assert_eq!(answer?, Some(20)) }
        }
        Ok(())
    }

    async fn as_many_as_anyone_has_are_stored_read_shown_and_removed(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        let count = 5_000;
        numbers.set_many((0..count).map(|n| (n, n * 2))).await?;
        let found = numbers.get_many((0..count + 10).rev()).await?;
        assert!(found.into_iter().eq((0..count + 10).rev().map(|n| (n < count).then_some(n * 2))));
        assert!(all(&numbers).await.into_iter().eq((0..count).map(|n| (n, n * 2))));
        assert_eq!(numbers.delete_many((0..count).step_by(2)).await?, count / 2);
        assert_eq!(all(&numbers).await.len() as u64, count / 2);
        assert_eq!(numbers.get_many([0, 1]).await?, [None, Some(2)]);
        Ok(())
    }

    async fn of_nothing_nothing_is_done(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        assert_eq!(numbers.get_many([0; 0]).await?, []);
        numbers.set_many([(0, 0); 0]).await?;
        assert_eq!(numbers.delete_many([0; 0]).await?, 0);
        numbers.clear().await?;
        assert!(numbers.scan().next().await.is_none());
        Ok(())
    }

    async fn clear_removes_what_is_its_own_and_nothing_else(session: RedisSession) -> rediscache::Result<()> {
        let mine = RedisTtlCache::<u64, u64>::with_namespace("a*[b]?", MINUTE).stale(MINUTE).on(&session);
        let others = ["a*[b]?:c", "a*[b]", "axb", "a", "a*[b]?x"];
        let other = |name: &str| RedisTtlCache::<u64, u64>::with_namespace(name, MINUTE).on(&session);
        mine.set_many((0..1200).map(|n| (n, n))).await?;
        mine.set_for(5000, 1, Duration::from_millis(1)).await?;
        let lease = RedisCache::<u64, u64>::with_namespace("a*[b]?:i|7000").on(&session);
        lease.set(1, 1).await?;
        let hash = RedisCache::<u64, u64>::with_namespace("a*[b]?").on(&session);
        hash.set(1, 1).await?;
        for name in others {
            other(name).set(1, 1).await?;
        }
        mine.clear().await?;
        assert!(mine.scan().next().await.is_none());
        assert_eq!(other("a*[b]?").get(5000).await?, None, "stale ones go, too");
        assert!(lease.is_empty().await?, "and leases");
        assert_eq!(hash.get(1).await?, Some(1));
        for name in others {
            assert_eq!(other(name).get(1).await?, Some(1), "{name}");
        }
        Ok(())
    }

    async fn what_stays_throughout_a_walk_is_seen(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        numbers.set_many((0..3000).map(|n| (n, n))).await?;
        let (mut seen, mut scan) = (BTreeSet::new(), numbers.scan());
        while let Some(entry) = scan.next().await {
            let (key, _) = entry?;
            seen.insert(key);
            // Every second one is taken away, and others come.
            if seen.len() % 100 == 0 {
                numbers.delete_many((1..3000).step_by(2).filter(|n| n % 100 == 1)).await?;
                numbers.set(10_000 + key, 1).await?;
            }
        }
        assert!((0..3000).step_by(2).all(|n| seen.contains(&n)));
        Ok(())
    }

    async fn verify_tells_of_entries_that_cannot_be_read(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisTtlCache::<u64, String>::new("Shop.counts", MINUTE).on(&session);
        numbers(&session).set(1, 1).await?;
        RedisTtlCache::<u64, u64>::new("Shop.counts", MINUTE).on(&session).set_many((0..10).map(|n| (n, n))).await?;
        let unreadable = async || {
            let findings = session.verify::<Shop>().await?;
            let found = findings.into_iter().filter(|finding| finding.kind() == FindingKind::Unreadable);
            rediscache::Result::Ok(found.map(|finding| finding.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(unreadable().await?, [""; 0]);
        texts.set(5, "text").await?;
        let found = unreadable().await?;
        assert!(found.len() == 1 && found[0].contains("1 of 10 values"), "{found:?}");
        Ok(())
    }
}
