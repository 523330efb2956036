//! Limits and locks, in every form of call that is promised.

use std::net::IpAddr;
use std::time::Duration;

use rediscache::{
    Bound, ErrorKind, LimitCheck, LockGuard, RedisLimit, RedisLock, RedisNamespaced, RedisSession, Result,
};

#[derive(RedisNamespaced)]
struct Api {
    #[rediscache(rate = "100/1m", burst = 20)]
    requests: RedisLimit<IpAddr>,
    #[rediscache(rate = "3/1h", timeout = "50ms", global = false)]
    logins: RedisLimit<String>,
    #[rediscache(lease = "30s", max_hold = "10m")]
    orders: RedisLock<u64>,
    files: RedisLock<String>,
}

static REQUESTS: RedisLimit<u64> = RedisLimit::new("requests", 100, Duration::from_secs(60)).burst(20);
const ORDERS: RedisLock<u64> = RedisLock::new("orders")
    .lease(Duration::from_secs(30))
    .max_hold(Duration::from_secs(600))
    .without_global_namespace();

fn api() -> Bound<Api> {
    Api::on(&RedisSession::in_memory())
}

fn sendable<F: Future + Send + 'static>(future: F) -> F {
    future
}

#[tokio::test]
async fn a_limit_takes_what_a_user_has_at_hand() -> Result<()> {
    let (requests, logins) = (api().requests(), api().logins());
    let check: LimitCheck = sendable(requests.check(IpAddr::from([127, 0, 0, 1]))).await?;
    let (allowed, limit, remaining): (bool, u32, u32) = (check.allowed(), check.limit(), check.remaining());
    assert_eq!((allowed, limit, remaining), (true, 20, 19));
    let (retry_after, reset_after): (Duration, Duration) = (check.retry_after(), check.reset_after());
    assert_eq!((retry_after, reset_after), (Duration::ZERO, Duration::from_millis(600)));
    let name = String::from("ada");
    assert!(sendable(logins.check("ada")).await?.allowed());
    assert!(sendable(logins.check_n(&name, 2)).await?.allowed());
    assert!(!logins.check(name).await?.allowed());
    sendable(logins.acquire("bob")).await?;
    Ok(())
}

#[tokio::test]
async fn a_lock_takes_what_a_user_has_at_hand() -> Result<()> {
    let (orders, files) = (api().orders(), api().files());
    let order: LockGuard = sendable(orders.acquire(7)).await?;
    let lost = sendable(order.lost());
    assert!(order.is_held() && order.fence() > 0);
    assert_eq!(order.run(async |fence: u64| fence).await?, order.fence());
    assert!(sendable(orders.try_acquire(7)).await?.is_none());
    assert!(sendable(orders.acquire_timeout(7, Duration::ZERO)).await?.is_none());
    let working = sendable(async move { order.run(async |_| 7).await });
    assert_eq!(working.await?, 7);
    lost.await;
    files.acquire("a.txt").await?.release().await?;
    Ok(())
}

#[tokio::test]
async fn both_are_named_by_constants_too() -> Result<()> {
    let session = RedisSession::in_memory();
    assert!(session.scope(REQUESTS.check(7)).await?.allowed());
    assert_eq!(ORDERS.on(&session).acquire(7).await?.release().await.map_err(|error| error.kind()), Ok(()));
    assert_ne!(ErrorKind::LeaseLost, ErrorKind::TaskNotPending);
    Ok(())
}
