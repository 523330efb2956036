//! A stored value that cannot be read is told, and left where it is.

use std::collections::BTreeMap;

use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::{contract, peek_all, poke};

use crate::kind;

const BAD: [&[u8]; 12] = [
    b"",
    b"7",
    b"s|7",
    b"i|seven",
    b"i|",
    b"i|-1",
    b"i|18446744073709551616",
    b"f|7.0",
    b"b|1",
    b"c|\x01\x07",
    b"c|\x02\x07",
    b"\xff\0\xfe",
];

fn numbers(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("numbers").on(session)
}

/// One bad value, between two good ones.
async fn store(session: &RedisSession, bad: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    numbers(session).replace_all([(1, 10), (3, 30)]).await.unwrap();
    poke(session, "numbers", "i|2", bad).await;
    peek_all(session, "numbers").await
}

contract! {
    async fn it_is_left_by_everything_that_reads_it(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        for bad in BAD {
            let stored = store(&session, bad).await;
            let kinds = [
                ("get", numbers.get(2).await.map(drop)),
                ("get_or", numbers.get_or(2, 0).await.map(drop)),
                ("pop", numbers.pop(2).await.map(drop)),
                ("pop_or", numbers.pop_or(2, 0).await.map(drop)),
                ("replace", numbers.replace(2, 20).await.map(drop)),
                ("get_many", numbers.get_many([1, 2, 3]).await.map(drop)),
                ("items", numbers.items().await.map(drop)),
                ("values", numbers.values().await.map(drop)),
                ("to_map", numbers.to_map().await.map(drop)),
            ];
            for (method, result) in kinds {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Decode, "{method} of {bad:?}");
                assert_eq!((error.operation(), error.namespace()), (method, Some("numbers")));
                assert!(!error.is_retryable());
            }
            assert_eq!(peek_all(&session, "numbers").await, stored, "something was changed");
        }
        Ok(())
    }

    async fn its_neighbours_are_still_read(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        for bad in BAD {
            store(&session, bad).await;
            assert_eq!(numbers.get(1).await?, Some(10));
            assert_eq!(numbers.get_many([1, 3, 4]).await?, [Some(10), Some(30), None]);
            assert_eq!(numbers.pop(3).await?, Some(30));
            assert_eq!(numbers.increment(1, 1).await?, 11);
            let mut keys = numbers.keys().await?;
            keys.sort_unstable();
            assert_eq!(keys, [1, 2], "its key can be read");
            assert_eq!(numbers.len().await?, 2);
        }
        Ok(())
    }

    async fn it_is_there_and_equal_to_nothing(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        for bad in BAD {
            let stored = store(&session, bad).await;
            assert!(numbers.contains(2).await?);
            assert!(!numbers.set_if_absent(2, 20).await?);
            assert!(!numbers.compare_and_set(2, 7, 20).await?);
            assert!(!numbers.compare_and_delete(2, 7).await?);
            assert_eq!(peek_all(&session, "numbers").await, stored);
        }
        Ok(())
    }

    async fn it_can_be_overwritten_and_removed(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        for bad in BAD {
            store(&session, bad).await;
            numbers.set(2, 20).await?;
            assert_eq!(numbers.get(2).await?, Some(20));
            store(&session, bad).await;
            numbers.update([(2, 20)]).await?;
            assert_eq!(numbers.get(2).await?, Some(20));
            store(&session, bad).await;
            assert!(numbers.delete(2).await?);
            store(&session, bad).await;
            assert_eq!(numbers.delete_many([1, 2]).await?, 2);
        }
        Ok(())
    }

    async fn a_key_that_cannot_be_read_is_told_and_left(session: RedisSession) -> rediscache::Result<()> {
        let numbers = numbers(&session);
        for bad in BAD {
            numbers.replace_all([(1, 10)]).await?;
            poke(&session, "numbers", bad, "i|20").await;
            assert_eq!(kind(numbers.items().await), ErrorKind::Decode, "{bad:?}");
            assert_eq!(kind(numbers.keys().await), ErrorKind::Decode, "{bad:?}");
            assert_eq!(kind(numbers.to_map().await), ErrorKind::Decode, "{bad:?}");
            let mut values = numbers.values().await?;
            values.sort_unstable();
            assert_eq!(values, [10, 20], "its value can be read");
            assert_eq!(numbers.get(1).await?, Some(10));
            assert_eq!(numbers.len().await?, 2);
            assert_eq!(peek_all(&session, "numbers").await[bad], b"i|20");
        }
        Ok(())
    }

    async fn a_namespace_of_other_types_is_told(session: RedisSession) -> rediscache::Result<()> {
        let dates = RedisCache::<u64, (i32, u8, u8)>::new("numbers").on(&session);
        dates.set(1, (1815, 12, 10)).await?;
        assert_eq!(kind(numbers(&session).get(1).await), ErrorKind::Decode);
        assert_eq!(kind(numbers(&session).increment(1, 1).await), ErrorKind::NotANumber);
        let longer = RedisCache::<u64, (i32, u8, u8, u8)>::new("numbers").on(&session);
        let shorter = RedisCache::<u64, (i32, u8)>::new("numbers").on(&session);
        assert_eq!(kind(longer.pop(1).await), ErrorKind::Decode);
        assert_eq!(kind(shorter.pop(1).await), ErrorKind::Decode);
        assert_eq!(dates.get(1).await?, Some((1815, 12, 10)));
        Ok(())
    }
}
