use std::time::Duration;

use rediscache::{RedisCache, RedisSession};
use support::contract;

use crate::names;

contract! {
    async fn len_counts_the_entries(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.len().await?, 0);
        assert!(names.is_empty().await?);
        names.update([(1, "one"), (2, "two")]).await?;
        names.set(2, "zwei").await?;
        assert_eq!(names.len().await?, 2);
        assert!(!names.is_empty().await?);
        names.delete(1).await?;
        names.delete(2).await?;
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn clear_removes_all_and_the_expiry(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.clear().await?;
        names.update([(1, "one"), (2, "two")]).await?;
        names.set_expiry(Duration::from_secs(600)).await?;
        names.clear().await?;
        assert!(names.is_empty().await?);
        assert_eq!(names.get(1).await?, None);
        names.set(1, "one").await?;
        assert_eq!(names.expiry().await?, None);
        Ok(())
    }

    async fn clear_leaves_the_neighbours(session: RedisSession) -> rediscache::Result<()> {
        let neighbours = ["names.", "name", "namest", "names.names"];
        for namespace in neighbours {
            RedisCache::<u64, String>::new(namespace).on(&session).set(1, namespace).await?;
        }
        names(&session).set(1, "one").await?;
        names(&session).clear().await?;
        for namespace in neighbours {
            let stored = RedisCache::<u64, String>::new(namespace).on(&session).get(1).await?;
            assert_eq!(stored.as_deref(), Some(namespace));
        }
        Ok(())
    }
}
