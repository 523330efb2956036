//! What compares, takes or rewrites values that another version of a program stored.

use futures_util::TryStreamExt;
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue, Rewritten};
use serde::{Deserialize, Serialize};
use support::{contract, poke};

use crate::kind;
use crate::shapes::{Level, Wide, cache, keep_by_hand, stored};

/// A [`Level`] of a newer program.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Levels {
    level: u32,
    #[serde(default)]
    points: u64,
}

/// One of the newest.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Newest {
    name: String,
    level: u32,
    points: u64,
}

const OLD: Level = Level { level: 7 };
const WIDE: Wide = Wide { level: 7 };
const NEW: Levels = Levels { level: 7, points: 0 };
const RICH: Levels = Levels { level: 7, points: 5 };

fn newest() -> Newest {
    Newest { name: "ada".to_owned(), level: 7, points: 5 }
}

/// Has shapes refused, so that values are written by names.
async fn forget_positions(session: &RedisSession) {
    for text in ["{level: u8}", "{level: u32}", "{level: u32, points: u64}"] {
        keep_by_hand(session, crate::shapes::crc32(text), "no shape").await;
    }
}

async fn compare_in_both_directions(session: &RedisSession) -> rediscache::Result<()> {
    let (old, wide, new) = (cache::<Level>(session), cache::<Wide>(session), cache::<Levels>(session));
    old.set(1, OLD).await?;
    assert!(!new.compare_and_set(1, RICH, NEW).await?);
    assert!(new.compare_and_set(1, NEW, RICH).await?);
    assert_eq!(new.get(1).await?, Some(RICH));
    for (narrow, other) in [(OLD, Wide { level: 8 }), (Level { level: 8 }, WIDE)] {
        old.set(1, &narrow).await?;
        assert!(!wide.compare_and_set(1, &other, &other).await?);
        wide.set(1, &other).await?;
        assert!(!old.compare_and_delete(1, &narrow).await?);
    }
    wide.set(1, WIDE).await?;
    assert!(old.compare_and_set(1, OLD, Level { level: 9 }).await?);
    assert!(wide.compare_and_set(1, Wide { level: 9 }, Wide { level: 300 }).await?);
    assert!(!old.compare_and_set(1, OLD, Level { level: 9 }).await?, "it cannot be read, and is equal to nothing");
    assert_eq!(wide.get(1).await?, Some(Wide { level: 300 }));
    old.set(1, OLD).await?;
    assert!(new.compare_and_delete(1, NEW).await?);
    wide.set(1, WIDE).await?;
    assert!(old.compare_and_delete(1, OLD).await?);
    assert!(!old.compare_and_delete(1, OLD).await?);
    Ok(())
}

async fn take_in_both_directions(session: &RedisSession) -> rediscache::Result<()> {
    let (old, new) = (cache::<Level>(session), cache::<Levels>(session));
    old.set(1, OLD).await?;
    assert_eq!(new.replace(1, RICH).await?, Some(NEW));
    assert_eq!(old.replace(1, Level { level: 1 }).await?, Some(OLD));
    assert_eq!(new.pop(1).await?, Some(Levels { level: 1, points: 0 }));
    new.set(1, RICH).await?;
    assert_eq!(old.pop(1).await?, Some(OLD));
    new.set(1, Levels { level: 300, points: 0 }).await?;
    assert_eq!(kind(old.pop(1).await), ErrorKind::Decode);
    assert_eq!(kind(old.replace(1, OLD).await), ErrorKind::Decode);
    assert_eq!(new.pop_or(1, NEW).await?, Levels { level: 300, points: 0 });
    assert_eq!(old.pop_or(1, OLD).await?, OLD);
    Ok(())
}

contract! {
    async fn comparing_sees_the_value_in_whatever_shape_it_is(session: RedisSession) -> rediscache::Result<()> {
        compare_in_both_directions(&session).await
    }

    async fn comparing_sees_the_value_by_names_too(session: RedisSession) -> rediscache::Result<()> {
        forget_positions(&session).await;
        compare_in_both_directions(&session).await
    }

    async fn taking_gives_the_value_of_another_shape(session: RedisSession) -> rediscache::Result<()> {
        take_in_both_directions(&session).await
    }

    async fn taking_gives_the_value_by_names_too(session: RedisSession) -> rediscache::Result<()> {
        forget_positions(&session).await;
        take_in_both_directions(&session).await
    }

    async fn what_the_type_would_drop_is_equal_to_nothing(session: RedisSession) -> rediscache::Result<()> {
        let (old, new) = (cache::<Level>(&session), cache::<Levels>(&session));
        for value in [NEW, RICH] {
            new.set(1, value).await?;
            assert_eq!(old.get(1).await?, Some(OLD), "it is read");
            assert!(!old.compare_and_set(1, OLD, Level { level: 8 }).await?);
            assert!(!old.compare_and_delete(1, OLD).await?);
        }
        assert_eq!(new.get(1).await?, Some(RICH));
        Ok(())
    }

    async fn a_pending_task_is_found_in_another_shape(session: RedisSession) -> rediscache::Result<()> {
        let old = RedisTaskQueue::<Level>::new("tasks").client_identifier("w").on(&session);
        let wide = RedisTaskQueue::<Wide>::new("tasks").client_identifier("w").on(&session);
        let new = RedisTaskQueue::<Levels>::new("tasks").client_identifier("w").on(&session);
        old.put(OLD).await?;
        let _held = old.get().await?;
        assert_eq!(new.pending().await?, [NEW]);
        assert_eq!(kind(new.reschedule_pending(RICH).await), ErrorKind::TaskNotPending);
        new.reschedule_pending(NEW).await?;
        let again = wide.get().await?;
        assert_eq!(*again, WIDE);
        wide.reschedule_pending(WIDE).await?;
        old.get().await?.finalize().await.map_err(rediscache::TaskError::into_error)?;
        wide.put(WIDE).await?;
        let _wide = wide.get().await?;
        old.reschedule_pending(OLD).await?;
        old.get().await?.finalize().await.map_err(rediscache::TaskError::into_error)?;
        new.put(RICH).await?;
        let _new = new.get().await?;
        assert_eq!(kind(old.reschedule_pending(OLD).await), ErrorKind::TaskNotPending);
        assert_eq!(new.pending().await?.last(), Some(&RICH));
        Ok(())
    }

    async fn rewriting_tells_what_it_did_and_does_it_once(session: RedisSession) -> rediscache::Result<()> {
        let new = cache::<Levels>(&session);
        cache(&session).update([(1, OLD), (2, Level { level: 8 })]).await?;
        new.set(3, RICH).await?;
        cache(&session).set(4, newest()).await?;
        poke(&session, "values", "i|5", "i|5").await;
        poke(&session, "values", "i|6", "c|\x02\x01\x02\x03\x04\x05").await;
        cache(&session).set(7, WIDE).await?;
        let before = (stored(&session, 4).await, stored(&session, 5).await, stored(&session, 6).await);
        let done = Rewritten { read: 7, rewritten: 3, lossy: 1, unreadable: 2 };
        assert_eq!(new.rewrite().await?, done);
        for n in 0..2 {
            assert_eq!(new.rewrite().await?, Rewritten { rewritten: 0, ..done }, "{n}");
        }
        assert_eq!((stored(&session, 4).await, stored(&session, 5).await, stored(&session, 6).await), before);
        assert_eq!((new.get(1).await?, new.get(3).await?), (Some(NEW), Some(RICH)));
        assert_eq!(stored(&session, 1).await[..7], stored(&session, 3).await[..7], "the shape of today");
        Ok(())
    }

    async fn an_old_program_that_rewrites_leaves_newer_values(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).update([(1, NEW), (2, RICH)]).await?;
        cache(&session).set(3, newest()).await?;
        cache(&session).set(4, Levels { level: 300, points: 0 }).await?;
        let done = cache::<Level>(&session).rewrite().await?;
        assert_eq!(done, Rewritten { read: 4, rewritten: 0, lossy: 3, unreadable: 1 });
        assert_eq!(cache(&session).get(3).await?, Some(newest()));
        assert_eq!(cache(&session).get_many([1, 2]).await?, [Some(NEW), Some(RICH)]);
        Ok(())
    }

    async fn rewriting_takes_many_pages(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).update((0..3000).map(|n| (n, OLD))).await?;
        let done = cache::<Wide>(&session).rewrite().await?;
        assert_eq!((done.read, done.rewritten), (3000, 3000));
        assert_eq!(cache::<Wide>(&session).rewrite().await?.rewritten, 0);
        assert!(cache::<Wide>(&session).values().await?.iter().all(|value| *value == WIDE));
        Ok(())
    }

    async fn what_is_unreadable_is_absent_where_that_is_wanted(session: RedisSession) -> rediscache::Result<()> {
        let values = cache::<Level>(&session).unreadable_as_absent();
        cache(&session).update([(1, Wide { level: 300 }), (2, WIDE)]).await?;
        poke(&session, "values", "i|3", "c|\x02\x01\x02\x03\x04\x05").await;
        assert_eq!((values.get(1).await?, values.get(2).await?, values.get(3).await?), (None, Some(OLD), None));
        assert_eq!(values.get_or(3, Level { level: 1 }).await?, Level { level: 1 });
        assert_eq!(values.get_many([1, 2, 3]).await?, [None, Some(OLD), None]);
        assert_eq!((values.pop(1).await?, values.pop_or(3, OLD).await?), (None, OLD));
        assert_eq!((values.items().await?, values.values().await?), (vec![(2, OLD)], vec![OLD]));
        assert_eq!((values.to_map().await?.len(), values.len().await?), (1, 3));
        assert_eq!(values.scan().try_collect::<Vec<_>>().await?, [(2, OLD)]);
        assert!(values.contains(1).await? && !values.set_if_absent(1, OLD).await?);
        assert!(!values.compare_and_set(1, OLD, OLD).await?);
        assert_eq!((values.rewrite().await?.unreadable, values.replace(1, OLD).await?), (2, None));
        assert_eq!(values.get(1).await?, Some(OLD));
        Ok(())
    }

    async fn all_that_several_programs_stored_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).update((0..10).map(|n| (n, OLD))).await?;
        cache(&session).update((10..20).map(|n| (n, WIDE))).await?;
        cache(&session).update((20..30).map(|n| (n, RICH))).await?;
        cache(&session).set(30, newest()).await?;
        let other = crate::queue_store::another(&session).await;
        let values = RedisCache::<u64, Wide>::new("values").on(&other);
        assert_eq!(values.values().await?, vec![WIDE; 31]);
        assert_eq!(values.get_many([0, 10, 20, 30, 40]).await?[..4], vec![Some(WIDE); 4]);
        assert_eq!(values.scan().try_collect::<Vec<_>>().await?.len(), 31);
        let queue = RedisQueue::<Wide>::new("queue").on(&other);
        RedisQueue::<Level>::new("queue").on(&session).put_many([OLD]).await?;
        RedisQueue::<Levels>::new("queue").on(&session).put_many([RICH]).await?;
        assert_eq!(queue.drain().try_collect::<Vec<_>>().await?, [WIDE, WIDE]);
        Ok(())
    }
}
