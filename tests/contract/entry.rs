use rediscache::{RedisCache, RedisSession};
use support::{contract, peek_all, poke};

use crate::names;

contract! {
    async fn get_gives_what_set_stored(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.get(1).await?, None);
        names.set(1, "one").await?;
        assert_eq!(names.get(1).await?.as_deref(), Some("one"));
        assert_eq!(names.get(2).await?, None);
        Ok(())
    }

    async fn set_overwrites(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        names.set(1, "uno").await?;
        assert_eq!(names.get(1).await?.as_deref(), Some("uno"));
        assert_eq!(names.len().await?, 1);
        Ok(())
    }

    async fn get_or_gives_the_default_only_where_nothing_is(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.get_or(1, "nobody").await?, "nobody");
        names.set(1, "one").await?;
        assert_eq!(names.get_or(1, "nobody").await?, "one");
        assert_eq!(names.len().await?, 1, "the default was not stored");
        Ok(())
    }

    async fn contains_says_whether_there_is_a_value(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(!names.contains(1).await?);
        names.set(1, "").await?;
        assert!(names.contains(1).await?);
        assert!(!names.contains(2).await?);
        Ok(())
    }

    async fn delete_removes_and_says_whether_it_was_there(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(!names.delete(1).await?);
        names.update([(1, "one"), (2, "two")]).await?;
        assert!(names.delete(1).await?);
        assert!(!names.delete(1).await?);
        assert_eq!(names.items().await?, [(2, "two".to_owned())]);
        Ok(())
    }

    async fn set_if_absent_keeps_what_was_first(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(names.set_if_absent(1, "first").await?);
        assert!(!names.set_if_absent(1, "second").await?);
        assert_eq!(names.get(1).await?.as_deref(), Some("first"));
        names.delete(1).await?;
        assert!(names.set_if_absent(1, "third").await?);
        Ok(())
    }

    async fn of_many_that_set_if_absent_one_does(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let callers: Vec<_> = (0..50).map(|n| tokio::spawn(names.set_if_absent(1, n.to_string()))).collect();
        let mut winners = Vec::new();
        for (n, caller) in callers.into_iter().enumerate() {
            if caller.await.unwrap()? {
                winners.push(n.to_string());
            }
        }
        assert_eq!(winners, [names.get(1).await?.unwrap()]);
        Ok(())
    }

    /// No value is mistaken for none.
    async fn empty_and_zero_values_are_values(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<String, String>::new("texts").on(&session);
        texts.set("", "").await?;
        assert_eq!(texts.get("").await?.as_deref(), Some(""));
        assert_eq!(texts.get_or("", "default").await?, "");
        assert_eq!(texts.pop("").await?.as_deref(), Some(""));

        let flags = RedisCache::<bool, Option<()>>::new("flags").on(&session);
        flags.set(false, None).await?;
        assert_eq!(flags.get(false).await?, Some(None));
        assert!(!flags.set_if_absent(false, Some(())).await?);

        let units = RedisCache::<(), ()>::new("units").on(&session);
        units.set((), ()).await?;
        assert_eq!(units.get(()).await?, Some(()));
        Ok(())
    }

    async fn keys_of_different_forms_do_not_meet(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<String, String>::new("texts").on(&session);
        for key in ["1", "i|1", "s|1", " 1", "1 ", "01", "1\0", "É", "é", "e\u{301}"] {
            assert_eq!(texts.get(key).await?, None, "{key:?}");
            texts.set(key, key).await?;
        }
        assert_eq!(texts.len().await?, 10);
        assert_eq!(texts.get("i|1").await?.as_deref(), Some("i|1"));
        Ok(())
    }

    async fn what_is_stored_is_what_python_would_read(session: RedisSession) -> rediscache::Result<()> {
        names(&session).set(7, "seven").await?;
        let stored = peek_all(&session, "names").await;
        assert_eq!(stored, [(b"i|7".to_vec(), b"s|seven".to_vec())].into());

        poke(&session, "names", "i|8", "s|eight").await;
        assert_eq!(names(&session).get(8).await?.as_deref(), Some("eight"));
        Ok(())
    }

    async fn nothing_happens_before_an_operation_is_awaited(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let later = names.set(1, "one");
        assert_eq!(names.get(1).await?, None);
        drop(names.set(2, "two"));
        later.await?;
        assert_eq!(names.items().await?, [(1, "one".to_owned())]);
        Ok(())
    }

    async fn an_operation_owns_its_arguments(session: RedisSession) -> rediscache::Result<()> {
        let operation = {
            let (cache, key, value) = (names(&session), 1, "one".to_owned());
            cache.set(key, value)
        };
        tokio::spawn(operation).await.unwrap()?;
        assert_eq!(names(&session).get(1).await?.as_deref(), Some("one"));
        Ok(())
    }

    async fn clones_and_caches_of_the_same_name_see_the_same_data(session: RedisSession) -> rediscache::Result<()> {
        names(&session).set(1, "one").await?;
        let other = RedisCache::<u64, String>::with_namespace("names").on(&session).clone();
        assert_eq!(other.get(1).await?.as_deref(), Some("one"));
        let elsewhere = RedisCache::<u64, String>::new("others").on(&session);
        assert_eq!(elsewhere.get(1).await?, None);
        Ok(())
    }

    async fn many_tasks_use_one_session_at_once(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let names = names.clone();
                tokio::spawn(async move {
                    names.set(n, n.to_string()).await?;
                    names.get(n).await
                })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap()?, Some(n.to_string()));
        }
        assert_eq!(names.len().await?, 200);
        Ok(())
    }
}
