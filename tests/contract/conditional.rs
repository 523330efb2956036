use std::collections::{BTreeMap, BTreeSet};

use rediscache::{RedisCache, RedisSession};
use support::{contract, peek, poke};

use crate::names;

contract! {
    async fn pop_returns_the_value_and_removes_it(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        assert_eq!(names.pop(1).await?.as_deref(), Some("one"));
        assert_eq!(names.pop(1).await?, None);
        assert_eq!(names.items().await?, [(2, "two".to_owned())]);
        Ok(())
    }

    async fn pop_or_gives_the_default_only_where_nothing_is(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.pop_or(1, "nobody").await?, "nobody");
        names.set(1, "one").await?;
        assert_eq!(names.pop_or(1, "nobody").await?, "one");
        assert_eq!(names.pop_or(1, "nobody").await?, "nobody");
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn of_many_that_pop_one_gets_the_value(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        for round in 0..20 {
            names.set(1, round.to_string()).await?;
            let callers: Vec<_> = (0..10).map(|_| tokio::spawn(names.pop(1))).collect();
            let mut values = Vec::new();
            for caller in callers {
                values.extend(caller.await.unwrap()?);
            }
            assert_eq!(values, [round.to_string()]);
        }
        Ok(())
    }

    async fn replace_returns_the_value_before(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.replace(1, "one").await?, None);
        assert_eq!(names.replace(1, "uno").await?.as_deref(), Some("one"));
        assert_eq!(names.replace(1, "uno").await?.as_deref(), Some("uno"));
        assert_eq!(names.get(1).await?.as_deref(), Some("uno"));
        Ok(())
    }

    /// Each value is handed to the next, and none to two.
    async fn of_many_that_replace_each_gets_another_value(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u64>::new("counts").on(&session);
        let callers: Vec<_> = (0..100).map(|n| tokio::spawn(counts.replace(1, n))).collect();
        let mut before = BTreeSet::new();
        for caller in callers {
            assert!(before.insert(caller.await.unwrap()?), "two got the same value");
        }
        before.insert(counts.get(1).await?);
        assert_eq!(before.len(), 101);
        assert_eq!(before.first(), Some(&None));
        Ok(())
    }

    async fn compare_and_set_stores_only_over_the_old_value(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(!names.compare_and_set(1, "", "one").await?, "nothing is equal to no value");
        assert!(names.is_empty().await?);
        names.set(1, "one").await?;
        assert!(!names.compare_and_set(1, "two", "uno").await?);
        assert!(!names.compare_and_set(2, "one", "uno").await?);
        assert!(names.compare_and_set(1, "one", "uno").await?);
        assert!(names.compare_and_set(1, "uno", "uno").await?);
        assert_eq!(names.items().await?, [(1, "uno".to_owned())]);
        Ok(())
    }

    async fn compare_and_delete_removes_only_the_old_value(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(!names.compare_and_delete(1, "").await?);
        names.set(1, "one").await?;
        assert!(!names.compare_and_delete(1, "two").await?);
        assert_eq!(names.get(1).await?.as_deref(), Some("one"));
        assert!(names.compare_and_delete(1, "one").await?);
        assert!(!names.compare_and_delete(1, "one").await?);
        assert!(names.is_empty().await?);
        Ok(())
    }

    /// Every success was a step of its own: no update is lost.
    async fn compare_and_set_loses_no_update(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, u64>::new("counts").on(&session);
        counts.set(1, 0).await?;
        let count = |counts: RedisCache<u64, u64>| async move {
            for _ in 0..20 {
                loop {
                    let now = counts.get_or(1, 0).await?;
                    if counts.compare_and_set(1, now, now + 1).await? {
                        break;
                    }
                }
            }
            rediscache::Result::Ok(())
        };
        let tasks: Vec<_> = (0..5).map(|_| tokio::spawn(count(counts.clone()))).collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        assert_eq!(counts.get(1).await?, Some(100));
        Ok(())
    }

    async fn another_form_of_the_same_number_is_equal(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u64, i64>::new("numbers").on(&session);
        for form in ["i|007", "i|+7", "i| 7 ", "i|0_7"] {
            poke(&session, "numbers", "i|1", form).await;
            assert!(!counts.compare_and_set(1, 8, 9).await?, "{form}");
            assert!(counts.compare_and_set(1, 7, 8).await?, "{form}");
            assert_eq!(peek(&session, "numbers", "i|1").await.as_deref(), Some(&b"i|8"[..]));

            poke(&session, "numbers", "i|1", form).await;
            assert!(!counts.compare_and_delete(1, 8).await?, "{form}");
            assert!(counts.compare_and_delete(1, 7).await?, "{form}");
        }
        let floats = RedisCache::<u64, f64>::new("numbers").on(&session);
        poke(&session, "numbers", "i|1", "f|3").await;
        assert!(floats.compare_and_set(1, 3.0, 4.0).await?);
        Ok(())
    }

    async fn a_composite_is_compared_as_a_whole(session: RedisSession) -> rediscache::Result<()> {
        let maps = RedisCache::<u64, BTreeMap<String, Vec<u8>>>::new("maps").on(&session);
        let (one, other) = (BTreeMap::from([("a".to_owned(), vec![1])]), BTreeMap::from([("a".to_owned(), vec![2])]));
        maps.set(1, &one).await?;
        assert!(!maps.compare_and_set(1, &other, &one).await?);
        assert!(maps.compare_and_set(1, &one, &other).await?);
        assert_eq!(maps.get(1).await?, Some(other));
        Ok(())
    }

    async fn what_is_conditional_keeps_the_expiry(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        names.set_expiry(std::time::Duration::from_secs(600)).await?;
        names.replace(1, "uno").await?;
        names.compare_and_set(1, "uno", "eins").await?;
        names.set_if_absent(3, "three").await?;
        names.pop(2).await?;
        assert!(names.expiry().await?.is_some());
        Ok(())
    }
}
