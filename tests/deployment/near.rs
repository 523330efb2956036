//! Near caches while keys move between nodes, and masters are replaced.

use rediscache::RedisCache;

use crate::until;

/// Writes and reads until what is read is served from this process.
pub(crate) async fn assert_kept(counts: &RedisCache<u64, u64>) {
    counts.set(1, 1).await.unwrap();
    assert_eq!(counts.increment(1, 1).await.unwrap(), 2);
    until(async || {
        let hits = counts.near_stats().hits();
        assert_eq!(counts.get(1).await.unwrap(), Some(2));
        counts.near_stats().hits() > hits
    })
    .await;
    counts.set(1, 3).await.unwrap();
    assert_eq!(counts.get(1).await.unwrap(), Some(3));
}
