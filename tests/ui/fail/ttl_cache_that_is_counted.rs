use std::time::Duration;

use rediscache::RedisTtlCache;

static PAGES: RedisTtlCache<u64, String> = RedisTtlCache::new("pages", Duration::from_secs(60));

async fn count() {
    let _ = PAGES.len().await;
    let _ = PAGES.items().await;
}

fn main() {}
