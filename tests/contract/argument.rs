//! Keys and values are taken owned, by reference and in borrowed form.

#![expect(clippy::needless_borrows_for_generic_args, reason = "the borrowed forms are what is tested")]

use std::collections::{BTreeMap, HashMap};

use rediscache::{RedisCache, RedisSession};
use serde::{Deserialize, Serialize};
use support::contract;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Id(u32);

/// Cannot be cloned: only lent, or given away.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Unique(String);

contract! {
    async fn integers_are_inferred_from_literals(session: RedisSession) -> rediscache::Result<()> {
        let bytes = RedisCache::<u8, i128>::new("bytes").on(&session);
        bytes.set(7, -7).await?;
        let (key, value) = (7, -7);
        assert_eq!(bytes.get(7).await?, Some(-7));
        assert_eq!(bytes.get(&7).await?, Some(-7));
        assert_eq!(bytes.get(key).await?, Some(value));
        assert_eq!(bytes.get_or(8, 9).await?, 9);
        assert_eq!(bytes.increment(7, 1).await?, -6);
        assert!(bytes.compare_and_set(7, -6, 0).await?);
        bytes.update([(1, 2), (3, 4)]).await?;
        assert_eq!(bytes.get_many([1, 3]).await?, [Some(2), Some(4)]);
        assert_eq!(bytes.delete_many(&[1, 3]).await?, 2);
        let floats = RedisCache::<i64, f32>::new("floats").on(&session);
        floats.set(-1, 1.5).await?;
        assert_eq!(floats.decrement(-1, 0.5).await?, 1.0);
        Ok(())
    }

    async fn text_is_taken_in_every_form(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<String, String>::new("texts").on(&session);
        let owned = String::from("key");
        texts.set("key", "value").await?;
        texts.set(&owned, &String::from("value")).await?;
        texts.set(owned.clone(), String::from("value")).await?;
        texts.set(owned.as_str(), &*owned).await?;
        texts.set(&"key", &"value").await?;
        for key in ["key"].iter() {
            assert_eq!(texts.get(key).await?.as_deref(), Some("value"));
        }
        assert_eq!(texts.get(&owned).await?, texts.get("key").await?);
        assert_eq!(texts.get_or("other", "default").await?, "default");
        assert_eq!(texts.get_or("other", &owned).await?, "key");
        assert_eq!(texts.pop_or("other", owned.clone()).await?, "key");
        assert_eq!(texts.get_many(["key", "other"]).await?, [Some("value".to_owned()), None]);
        assert_eq!(texts.get_many(std::slice::from_ref(&owned)).await?.len(), 1);
        assert_eq!(texts.get_many(vec![owned]).await?.len(), 1);
        assert_eq!(texts.len().await?, 1);
        Ok(())
    }

    async fn bytes_and_lists_are_taken_in_every_form(session: RedisSession) -> rediscache::Result<()> {
        let bytes = RedisCache::<u64, Vec<u8>>::new("bytes").on(&session);
        bytes.set(1, b"ab").await?;
        assert_eq!(bytes.get(1).await?, Some(b"ab".to_vec()));
        for expected in [&b"abc"[..], b"", b"\0\xff"] {
            bytes.set(1, expected).await?;
            assert_eq!(bytes.replace(1, expected.to_vec()).await?, Some(expected.to_vec()));
            assert_eq!(bytes.replace(1, &expected.to_vec()).await?, Some(expected.to_vec()));
        }
        assert!(bytes.compare_and_set(1, b"\0\xff", b"").await?);
        assert_eq!(bytes.get_or(2, b"default").await?, b"default");
        assert_eq!(bytes.get_or(2, &[1, 2][..]).await?, [1, 2]);

        let lists = RedisCache::<Vec<u32>, Vec<String>>::new("lists").on(&session);
        lists.set(&[1, 2], ["a".to_owned()].as_slice()).await?;
        lists.set(vec![1, 2], vec!["b".to_owned()]).await?;
        assert_eq!(lists.get(&[1, 2][..]).await?, Some(vec!["b".to_owned()]));
        assert_eq!(lists.len().await?, 1, "every form is stored alike");
        Ok(())
    }

    async fn maps_are_taken_whole(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisCache::<u64, String>::new("texts").on(&session);
        let map: HashMap<u64, String> = [(1, "one".to_owned()), (2, "two".to_owned())].into();
        texts.update(&map).await?;
        assert_eq!(texts.to_map().await?, map);
        texts.replace_all(map.clone()).await?;
        texts.update(map.iter()).await?;
        let ordered: BTreeMap<u64, &str> = [(3, "three")].into();
        texts.update(ordered).await?;
        assert_eq!(texts.delete_many(map.keys()).await?, 2);
        assert_eq!(texts.get_many(&vec![3]).await?, [Some("three".to_owned())]);
        Ok(())
    }

    async fn types_of_the_user_are_lent(session: RedisSession) -> rediscache::Result<()> {
        let uniques = RedisCache::<Id, Unique>::new("uniques").on(&session);
        let (id, unique) = (Id(7), Unique("only".to_owned()));
        uniques.set(&id, &unique).await?;
        assert_eq!(uniques.get(&id).await?.as_ref(), Some(&unique));
        assert_eq!(uniques.pop(id.clone()).await?.as_ref(), Some(&unique));
        assert_eq!(uniques.get_or(id, unique).await?, Unique("only".to_owned()));
        Ok(())
    }

    async fn compound_keys_are_taken(session: RedisSession) -> rediscache::Result<()> {
        let pairs = RedisCache::<(u64, Option<String>), char>::new("pairs").on(&session);
        pairs.set((1, None), 'a').await?;
        pairs.set(&(1, Some("x".to_owned())), &'b').await?;
        assert_eq!(pairs.get((1, None)).await?, Some('a'));
        assert_eq!(pairs.get((1, Some("x".to_owned()))).await?, Some('b'));
        let mut keys = pairs.keys().await?;
        keys.sort();
        assert_eq!(keys, [(1, None), (1, Some("x".to_owned()))]);
        Ok(())
    }
}
