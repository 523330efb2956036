use std::time::Duration;

use rediscache::{Near, RedisCache, RedisNamespaced, RedisSession};

#[derive(RedisNamespaced)]
struct Guild {
    far: RedisCache<u64, String>,
    #[rediscache(near)]
    plain: RedisCache<u64, String>,
    #[rediscache(near(capacity = 10_000, ttl = "60s"))]
    topics: RedisCache<u64, String>,
    #[rediscache(near(mode = "fields", bytes = "64MiB", ttl = "1h", staleness = "250ms"), global = false)]
    profiles: RedisCache<u64, String>,
    #[rediscache(near(mode = "tracking"), accessor = "others")]
    renamed: RedisCache<u64, String>,
}

#[test]
fn a_field_says_how_its_reads_are_kept() {
    let shown = |cache: RedisCache<u64, String>| format!("{cache:?}");
    let by_hand = |namespace, near| shown(RedisCache::new(namespace).near(near));
    let tracking = Near::tracking();
    assert_eq!(shown(Guild::far()), shown(RedisCache::new("Guild.far")));
    assert_eq!(shown(Guild::plain()), by_hand("Guild.plain", tracking));
    assert_eq!(shown(Guild::topics()), by_hand("Guild.topics", tracking.capacity(10_000).ttl(Duration::from_secs(60))));
    let fields = Near::fields().bytes(64 << 20).ttl(Duration::from_secs(3600)).staleness(Duration::from_millis(250));
    assert_eq!(shown(Guild::profiles()), by_hand("Guild.profiles", fields));
    assert_eq!(shown(Guild::others()), by_hand("Guild.renamed", tracking));
    assert_ne!(shown(Guild::plain()), shown(RedisCache::new("Guild.plain")));
}

#[tokio::test]
async fn a_near_field_is_read_and_written_as_any() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    for cache in [Guild::plain(), Guild::topics(), Guild::profiles(), Guild::others()] {
        let cache = cache.on(&session);
        cache.set(1, "one").await?;
        assert_eq!(cache.get(1).await?.as_deref(), Some("one"));
        assert_eq!(cache.near_stats().hits(), 1);
    }
    assert_eq!(Guild::far().on(&session).near_stats().hits(), 0);
    Ok(())
}
