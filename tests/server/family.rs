//! What a session keeps of the tenants of a family.

use std::convert::Infallible;
use std::ops::Range;

use futures_util::{StreamExt, TryStreamExt, stream};
use rediscache::{
    RedisCache, RedisLimit, RedisLock, RedisNamespaced, RedisQueue, RedisSession, RedisTaskQueue, RedisTtlCache,
    TaskError,
};
use support::Server;
use tokio::runtime::Handle;

use crate::eventually_async;

#[derive(RedisNamespaced)]
#[rediscache(namespace = "tenant.{}", per = "u64")]
struct Tenant {
    #[rediscache(near(capacity = 10))]
    settings: RedisCache<u64, String>,
    #[rediscache(ttl = "10m", near(capacity = 10))]
    pages: RedisTtlCache<u64, (u64, String)>,
    mails: RedisQueue<u64>,
    jobs: RedisTaskQueue<u64>,
    #[rediscache(rate = "100/1m")]
    requests: RedisLimit<u64>,
    orders: RedisLock<u64>,
}

/// How many tenants come and go at a time.
const CROWD: u64 = 2048;

/// Uses each object of each of these, and leaves nothing behind.
async fn come_and_go(session: &RedisSession, tenants: Range<u64>) -> rediscache::Result<()> {
    let one = async |id| {
        let tenant = Tenant::on(session).of(id);
        tenant.settings().set(1, "green").await?;
        assert_eq!(tenant.settings().get(1).await?.as_deref(), Some("green"));
        let load = tenant.pages().get_or_load(1, move || async move { Ok::<_, Infallible>((id, "page".to_owned())) });
        assert_eq!(load.await.expect("it is loaded").0, id);
        // A machine that stands still for long takes its server for one that is away, and stores nothing then.
        assert!(tenant.pages().get(1).await?.is_none_or(|page| page.0 == id));
        assert_eq!(tenant.mails().try_get().await?, None);
        tenant.jobs().put(id).await?;
        let task = tenant.jobs().try_get().await?.expect("it was put in");
        task.finalize().await.map_err(TaskError::into_error)?;
        assert!(tenant.requests().check(1).await?.allowed());
        tenant.orders().acquire(1).await?.release().await?;
        drop(tenant.settings().section().await?);
        tenant.settings().clear().await?;
        tenant.pages().delete(1).await.map(drop)
    };
    stream::iter(tenants).map(one).buffer_unordered(64).try_collect::<Vec<()>>().await?;
    Ok(())
}

#[test]
fn what_is_kept_of_tenants_that_are_gone_does_not_grow_with_them() {
    let server = Server::start();
    // All that is allocated is, on this thread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = runtime.block_on(RedisSession::connect(&server.url())).unwrap();
    let crowd = |tenants: Range<u64>| {
        let used = allocation_counter::measure(|| {
            runtime.block_on(async {
                come_and_go(&session, tenants).await.unwrap();
                // What works for a queue goes some seconds after the last who asked.
                let mut left = usize::MAX;
                while left >= 20 {
                    let before = left;
                    eventually_async("fewer tasks are left", || {
                        left = Handle::current().metrics().num_alive_tasks();
                        left < before
                    })
                    .await;
                }
            });
        });
        used.bytes_current
    };
    let [first, second, third] = [0, 1, 2].map(|n| crowd(n * CROWD..(n + 1) * CROWD));
    // A crowd that comes faster than those before has tables grow. What is kept of each tenant would come with every crowd.
    let later = second.min(third);
    assert!(
        later < first / 2,
        "{first} bytes after the first {CROWD} tenants, then {second} and {third} more after as many others"
    );
}
