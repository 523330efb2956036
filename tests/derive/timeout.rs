use std::time::Duration;

use rediscache::{RedisCache, RedisNamespaced, RedisQueue, RedisTaskQueue};

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(timeout = "50ms")]
    pages: RedisCache<u64, String>,
    #[rediscache(timeout = "2s")]
    orders: RedisQueue<u64>,
    #[rediscache(timeout = "1m", max_attempts = 3)]
    jobs: RedisTaskQueue<u64>,
    patient: RedisCache<u64, String>,
}

#[test]
fn an_object_of_every_kind_may_have_a_timeout() {
    let pages = RedisCache::<u64, String>::new("Shop.pages").timeout(Duration::from_millis(50));
    assert_eq!(format!("{:?}", Shop::pages()), format!("{pages:?}"));
    let orders = RedisQueue::<u64>::new("Shop.orders").timeout(Duration::from_secs(2));
    assert_eq!(format!("{:?}", Shop::orders()), format!("{orders:?}"));
    let jobs = RedisTaskQueue::<u64>::new("Shop.jobs").max_attempts(3).timeout(Duration::from_secs(60));
    assert_eq!(format!("{:?}", Shop::jobs()), format!("{jobs:?}"));
    assert!(format!("{pages:?}").contains("50ms"), "{pages:?}");
    assert_eq!(format!("{:?}", Shop::patient()), format!("{:?}", RedisCache::<u64, String>::new("Shop.patient")));
}
