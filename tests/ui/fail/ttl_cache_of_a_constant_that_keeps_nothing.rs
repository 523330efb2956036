use std::time::Duration;

use rediscache::RedisTtlCache;

const MINUTE: Duration = Duration::from_secs(60);

static PAGES: RedisTtlCache<u64, u64> = RedisTtlCache::new("pages", Duration::ZERO);
static LOGINS: RedisTtlCache<u64, u64> = RedisTtlCache::new("logins", MINUTE).idle(Duration::ZERO);
static PRICES: RedisTtlCache<u64, u64> = RedisTtlCache::new("prices", MINUTE).jitter(10.0);

fn main() {
    let _ = (&PAGES, &LOGINS, &PRICES);
}
