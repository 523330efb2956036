//! That all sides do the same.

use redis::cmd;

use crate::pair::ENTRIES;
use crate::side::{HASH, Side, VALUE};
use crate::sides::Sides;

/// Has each in turn write the hash anew, which has to come out the same, and do all else it can do once.
pub(crate) async fn all(sides: &Sides<impl Side>, url: &str) {
    let mut connection = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut stored = Vec::new();
    macro_rules! each {
        ($($side:ident)*) => {$(
            let () = cmd("DEL").arg(HASH).query_async(&mut connection).await.unwrap();
            one(&mut sides.$side.clone()).await;
            let mut hash: Vec<(Vec<u8>, Vec<u8>)> = cmd("HGETALL").arg(HASH).query_async(&mut connection).await.unwrap();
            hash.sort_unstable();
            let (entry, left): (Vec<u8>, u64) = redis::pipe()
                .get(format!("{}:i|7", crate::side::ENTRIES))
                .pttl(format!("{}:i|7", crate::side::ENTRIES))
                .query_async(&mut connection)
                .await
                .unwrap();
            assert!(left > 0);
            stored.push((hash, entry));
        )*};
    }
    each!(ours redis fred rustis);
    assert!(stored.iter().all(|hash| *hash == stored[0]), "all sides store the same bytes");
}

async fn one(side: &mut impl Side) {
    side.update(0..1_000, "to be overwritten").await;
    for first in (1_000..ENTRIES).step_by(1_000) {
        side.update(first..first + 1_000, VALUE).await;
    }
    side.set(7, VALUE).await;
    assert_eq!(side.get(7).await.as_deref(), Some(VALUE));
    assert_ne!(side.get(8).await.as_deref(), Some(VALUE));
    assert_eq!(side.get(ENTRIES).await, None);
    for key in 0..ENTRIES {
        side.set_entry(key, VALUE).await;
    }
    assert_eq!(side.get_entry(7).await.as_deref(), Some(VALUE));
    assert_eq!(side.get_entry(ENTRIES).await, None);
    assert_eq!(side.get_value(7).await.as_deref(), Some(VALUE));
    side.update(0..1_000, VALUE).await;
    assert_eq!(side.get_many(ENTRIES - 1..ENTRIES + 1).await, [Some(VALUE.to_owned()), None]);
    assert!(side.items().await.contains(&(7, VALUE.to_owned())));
    // Drivers by hand count in one hash.
    let before = side.increment(ENTRIES).await;
    assert_eq!(side.increment(ENTRIES).await, before + 1);
    let before = side.increment_json(ENTRIES).await;
    assert_eq!(side.increment_json(ENTRIES).await, before + 1);
    for member in (0..ENTRIES).step_by(2) {
        side.add_member(member).await;
    }
    assert!(side.is_member(8).await && !side.is_member(7).await && !side.add_member(8).await);
    let before = side.score(ENTRIES).await;
    assert!(side.score(ENTRIES).await - before == 1.0);
    // The first one has the server know the script.
    assert!(side.may_go_on(7).await);
    side.clear_queues().await;
    side.put_many(1..3).await;
    side.put(3).await;
    assert_eq!([side.take().await, side.take().await, side.take().await], [1, 2, 3]);
    side.put_tasks(4..6).await;
    assert_eq!([side.work().await, side.work().await], [4, 5]);
}
