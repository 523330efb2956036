use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rediscache::{RedisCache, RedisSession};
use support::contract;

use crate::names;

const MANY: u64 = 100_000;

contract! {
    async fn update_stores_all_pairs(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        names.update([(2, "zwei"), (3, "drei")]).await?;
        let expected = [(1, "one"), (2, "zwei"), (3, "drei")].map(|(key, value)| (key, value.to_owned()));
        assert_eq!(names.to_map().await?, HashMap::from(expected));
        Ok(())
    }

    async fn of_two_equal_keys_the_later_wins(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "first"), (2, "two"), (1, "last")]).await?;
        assert_eq!(names.get_many([1, 2]).await?, [Some("last".to_owned()), Some("two".to_owned())]);
        names.replace_all([(1, "first"), (1, "last")]).await?;
        assert_eq!(names.items().await?, [(1, "last".to_owned())]);
        Ok(())
    }

    async fn nothing_given_does_nothing(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update(Vec::<(u64, String)>::new()).await?;
        assert_eq!(names.get_many(Vec::<u64>::new()).await?, Vec::new());
        assert_eq!(names.delete_many(Vec::<u64>::new()).await?, 0);
        assert!(names.is_empty().await?);

        names.set(1, "one").await?;
        names.update(Vec::<(u64, String)>::new()).await?;
        assert_eq!(names.delete_many(Vec::<u64>::new()).await?, 0);
        assert_eq!(names.items().await?, [(1, "one".to_owned())]);
        Ok(())
    }

    async fn get_many_keeps_the_order_and_the_gaps(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        let values = names.get_many([2, 9, 1, 2, 8]).await?;
        let values: Vec<_> = values.iter().map(Option::as_deref).collect();
        assert_eq!(values, [Some("two"), None, Some("one"), Some("two"), None]);
        Ok(())
    }

    async fn get_many_of_an_absent_namespace_is_all_gaps(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(names(&session).get_many([1, 2]).await?, [None, None]);
        Ok(())
    }

    async fn delete_many_counts_what_was_there(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two"), (3, "three")]).await?;
        assert_eq!(names.delete_many([1, 9, 1, 2]).await?, 2);
        assert_eq!(names.items().await?, [(3, "three".to_owned())]);
        assert_eq!(names.delete_many([3]).await?, 1);
        assert_eq!(names.delete_many([3]).await?, 0);
        Ok(())
    }

    async fn replace_all_leaves_nothing_of_what_was(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.replace_all([(1, "one")]).await?;
        names.set_expiry(Duration::from_secs(600)).await?;
        names.replace_all([(2, "two"), (3, "three")]).await?;
        assert_eq!(names.len().await?, 2);
        assert_eq!(names.get(1).await?, None);
        assert_eq!(names.expiry().await?, None, "the expiry is gone");
        Ok(())
    }

    async fn replace_all_with_nothing_clears(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.replace_all(Vec::<(u64, String)>::new()).await?;
        names.set(1, "one").await?;
        names.set_expiry(Duration::from_secs(600)).await?;
        names.replace_all(Vec::<(u64, String)>::new()).await?;
        assert!(names.is_empty().await?);
        names.set(1, "one").await?;
        assert_eq!(names.expiry().await?, None);
        Ok(())
    }

    /// More entries than one step of a script takes.
    async fn replace_all_is_seen_as_a_whole(session: RedisSession) -> rediscache::Result<()> {
        const LENGTH: u64 = 5_000;
        let generations = RedisCache::<u64, u64>::new("generations").on(&session);
        let all = |generation: u64| (0..LENGTH + generation).map(move |key| (key, generation));
        generations.replace_all(all(0)).await?;
        let writer = {
            let generations = generations.clone();
            tokio::spawn(async move {
                for generation in 1..=10 {
                    generations.replace_all(all(generation)).await?;
                }
                Ok(())
            })
        };
        loop {
            let ended = writer.is_finished();
            let values = generations.values().await?;
            let generation = values[0];
            assert!(values.iter().all(|value| *value == generation), "two generations at once");
            assert_eq!(values.len() as u64, LENGTH + generation);
            if ended {
                assert_eq!(generation, 10);
                return writer.await.unwrap();
            }
            tokio::task::yield_now().await;
        }
    }

    async fn an_update_is_seen_as_a_whole(session: RedisSession) -> rediscache::Result<()> {
        let generations = RedisCache::<u64, u64>::new("generations").on(&session);
        let all = |generation: u64| (0..200).map(move |key| (key, generation));
        generations.update(all(0)).await?;
        let writes: Vec<_> = (1..50).map(|generation| tokio::spawn(generations.update(all(generation)))).collect();
        for write in writes {
            let values = generations.values().await?;
            assert!(values.iter().all(|value| *value == values[0]), "two generations at once");
            write.await.unwrap()?;
        }
        assert_eq!(generations.get_many([0, 199]).await?, [Some(49), Some(49)]);
        Ok(())
    }

    async fn a_hundred_thousand_entries_go_at_once(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
        numbers.update((0..MANY).map(|n| (n, n + 1))).await?;
        assert_eq!(numbers.len().await?, MANY);

        let values = numbers.get_many((0..MANY).rev()).await?;
        assert!(values.into_iter().eq((0..MANY).rev().map(|n| Some(n + 1))));

        let items: BTreeMap<_, _> = numbers.items().await?.into_iter().collect();
        assert!(items.into_iter().eq((0..MANY).map(|n| (n, n + 1))));

        numbers.replace_all((0..MANY).map(|n| (n, n + 2))).await?;
        assert_eq!(numbers.get(MANY - 1).await?, Some(MANY + 1));
        assert_eq!(numbers.delete_many(0..MANY).await?, MANY);
        assert!(numbers.is_empty().await?);
        Ok(())
    }
}
