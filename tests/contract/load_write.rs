//! That no load outlives a write.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use rediscache::{RedisSession, RedisTtlCache};
use support::contract;
use tokio::sync::oneshot;

const HOUR: Duration = Duration::from_secs(3600);

type Counts = RedisTtlCache<u64, u32>;
type Write = fn(&Counts) -> Pin<Box<dyn Future<Output = rediscache::Result<()>> + Send>>;

macro_rules! writes {
    ($($name:literal: |$counts:ident| $call:expr,)*) => {
        [$(($name, |$counts| { let call = $call; Box::pin(async move { call.await.map(drop) }) }),)*]
    };
}

/// Every write of the type, and what there is after it: a value it stored, or nothing.
const WRITES: [(&str, Write); 13] = writes! {
    "set": |counts| counts.set(1, 50),
    "set_for": |counts| counts.set_for(1, 50, HOUR / 2),
    "set_many": |counts| counts.set_many([(1, 50), (2, 50)]),
    "set_if_absent": |counts| counts.set_if_absent(1, 50),
    "replace": |counts| counts.replace(1, 50),
    "increment": |counts| counts.increment(1, 5),
    "decrement": |counts| counts.decrement(1, 0),
    "pop": |counts| counts.pop(1),
    "delete": |counts| counts.delete(1),
    "delete_many": |counts| counts.delete_many([1, 2]),
    "clear": |counts| counts.clear(),
    "delete, again": |counts| counts.delete(1),
    "set, again": |counts| counts.set(1, 50),
};

/// Asks for the value, with a loader that begins and waits to be told what to bring.
async fn begin(counts: &Counts) -> (oneshot::Sender<u32>, tokio::task::JoinHandle<u32>) {
    let ((begun, has_begun), (bring, brought)) = (oneshot::channel(), oneshot::channel());
    let load = counts.get_or_load(1, move || async move {
        begun.send(()).unwrap();
        Ok::<u32, Infallible>(brought.await.unwrap())
    });
    let load = tokio::spawn(async move { load.await.unwrap() });
    has_begun.await.unwrap();
    (bring, load)
}

contract! {
    async fn a_load_that_began_before_a_write_is_not_stored_and_whoever_asks_after_it_has_another(session: RedisSession) {
        let counts = Counts::new("counts", HOUR).on(&session);
        for (name, write) in WRITES {
            let (bring, before) = begin(&counts).await;
            let also = tokio::spawn(counts.get_or_load(1, || async { Ok::<_, Infallible>(2) }));
            write(&counts).await.unwrap();
            let left = counts.get(1).await.unwrap();
            let after = tokio::spawn(counts.get_or_load(1, || async { Ok::<_, Infallible>(2) }));
            assert_eq!(after.await.unwrap().unwrap(), left.unwrap_or(2), "after {name}");
            bring.send(1).unwrap();
            // Whoever asked before may have either.
            assert_eq!(before.await.unwrap(), 1, "{name}");
            assert!([1, 2].contains(&also.await.unwrap().unwrap()) || left.is_some(), "{name}");
            assert_eq!(counts.get(1).await.unwrap(), Some(left.unwrap_or(2)), "after {name}");
            counts.delete(1).await.unwrap();
        }
    }

    async fn a_load_beside_a_stale_value_is_not_stored_after_a_write_either(session: RedisSession) {
        for (name, write) in WRITES {
            let counts = Counts::new("counts", Duration::from_millis(1)).stale(HOUR).on(&session);
            let long = Counts::new("counts", HOUR).stale(HOUR).on(&session);
            counts.set(1, 9).await.unwrap();
            while counts.contains(1).await.unwrap() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let ((begun, has_begun), (bring, brought)) = (oneshot::channel(), oneshot::channel::<u32>());
            let stale = counts.get_or_load(1, move || async move {
                begun.send(()).unwrap();
                Ok::<u32, Infallible>(brought.await.unwrap())
            });
            assert_eq!(stale.await.unwrap(), 9, "{name}");
            has_begun.await.unwrap();
            write(&long).await.unwrap();
            let left = long.get(1).await.unwrap();
            bring.send(1).unwrap();
            assert_eq!(long.get_or_load(1, || async { Ok::<_, Infallible>(2) }).await.unwrap(), left.unwrap_or(2), "after {name}");
            assert_eq!(long.get(1).await.unwrap(), Some(left.unwrap_or(2)), "after {name}");
            long.clear().await.unwrap();
        }
    }

    async fn equal_bytes_are_a_write_too(session: RedisSession) {
        let counts = Counts::new("counts", Duration::from_millis(1)).stale(HOUR).on(&session);
        let rewrites: [fn(&Counts) -> rediscache::Operation<()>; 2] =
            [|counts| counts.set_for(1, 9, HOUR / 4), |counts| counts.set_for(1, 9, HOUR * 2)];
        for rewrite in rewrites {
            counts.set(1, 9).await.unwrap();
            while counts.contains(1).await.unwrap() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let ((begun, has_begun), (bring, brought)) = (oneshot::channel(), oneshot::channel::<u32>());
            let stale = counts.get_or_load(1, move || async move {
                begun.send(()).unwrap();
                let brought = brought.await.unwrap();
                Ok::<u32, Infallible>(brought)
            });
            assert_eq!(stale.await.unwrap(), 9);
            has_begun.await.unwrap();
            rewrite(&counts).await.unwrap();
            bring.send(1).unwrap();
            let again = counts.get_or_load(1, || async { Ok::<_, Infallible>(2) });
            assert_eq!(again.await.unwrap(), 9);
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!(counts.get(1).await.unwrap(), Some(9));
        }
    }
}
