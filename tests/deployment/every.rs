//! Every operation once, with what must come of it, for deployments on which some might not work.

use std::collections::HashMap;
use std::future::Future;
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use rediscache::{
    Codec, ErrorKind, Json, RedisCache, RedisLimit, RedisLock, RedisQueue, RedisRanking, RedisSession, RedisSet,
    RedisTaskQueue, RedisTtlCache, RedisValue, Result, TaskError, Typestring,
};
use support::values;

const MINUTE: Duration = Duration::from_secs(60);

/// Looks at every operation of every object under a name.
pub(crate) async fn every_operation(session: &RedisSession, name: &str) -> Result<()> {
    session.ping().await?;
    cache(session, name).await?;
    whole(session, name).await?;
    numbers(session, name).await?;
    entries(session, name).await?;
    entries_of_many(session, name).await?;
    members(session, name).await?;
    transactions(session, name).await?;
    scores(session, name).await?;
    values_alone(session, name).await?;
    values_in_a_record(session, name).await?;
    limits_and_locks(session, name).await?;
    queue(session, name).await?;
    tasks(session, name).await?;
    task_failures(session, name).await
}

pub(crate) async fn cache(session: &RedisSession, name: &str) -> Result<()> {
    let cache = RedisCache::<u64, String>::with_namespace(format!("{name}.cache")).on(session);
    cache.set(1, "one").await?;
    assert_eq!(cache.get(1).await?.as_deref(), Some("one"));
    assert_eq!((cache.get_or(2, "two").await?, cache.contains(1).await?), ("two".to_owned(), true));
    assert!(!cache.set_if_absent(1, "uno").await?);
    assert_eq!(cache.replace(1, "uno").await?.as_deref(), Some("one"));
    assert!(cache.compare_and_set(1, "uno", "eins").await?);
    assert!(!cache.compare_and_delete(1, "uno").await?);
    assert_eq!(cache.pop(1).await?.as_deref(), Some("eins"));
    assert_eq!(cache.pop_or(1, "none").await?, "none");
    cache.update((0..600).map(|n| (n, "x"))).await?;
    assert_eq!(cache.get_many([1, 700]).await?, [Some("x".to_owned()), None]);
    assert_eq!((cache.delete(0).await?, cache.delete_many(100..600).await?), (true, 500));
    cache.replace_all([(1, "a"), (2, "b")]).await?;
    // Of many callers, some go out together.
    let there =
        |found: Vec<Result<bool>>| found.into_iter().try_fold(0, |count, found| Result::Ok(count + u32::from(found?)));
    assert_eq!(there(join_all((0..9).map(|n| cache.contains(n))).await)?, 2);
    assert_eq!(there(join_all((0..9).map(|n| cache.delete(n))).await)?, 2);
    for set in join_all((0..9).map(|n| cache.set(n, n.to_string()))).await {
        set?;
    }
    for (n, got) in join_all((0..9).map(|n| cache.get(n))).await.into_iter().enumerate() {
        assert_eq!(got?, Some(n.to_string()));
    }
    Ok(())
}

pub(crate) async fn whole(session: &RedisSession, name: &str) -> Result<()> {
    let cache = RedisCache::<u64, u64>::with_namespace(format!("{name}.whole")).on(session);
    cache.replace_all([(1, 2)]).await?;
    assert_eq!((cache.items().await?, cache.keys().await?, cache.values().await?), (vec![(1, 2)], vec![1], vec![2]));
    assert_eq!((cache.to_map().await?, cache.len().await?), (HashMap::from([(1, 2)]), 1));
    assert_eq!(cache.scan().try_collect::<Vec<_>>().await?, [(1, 2)]);
    assert!(!cache.is_empty().await?);
    assert!(cache.set_expiry(MINUTE).await? && cache.set_expiry_at(SystemTime::now() + MINUTE).await?);
    assert!(cache.expiry().await?.is_some_and(|left| left <= MINUTE + Duration::from_millis(1)));
    assert!(cache.persist().await?);
    cache.clear().await?;
    assert!(cache.is_empty().await?);
    Ok(())
}

pub(crate) async fn numbers(session: &RedisSession, name: &str) -> Result<()> {
    numbers_in::<Typestring>(session, &format!("{name}.counts")).await?;
    numbers_in::<Json>(session, &format!("{name}.digits")).await
}

async fn numbers_in<C: Codec>(session: &RedisSession, name: &str) -> Result<()> {
    let counts = RedisCache::<u64, i64, C>::with_namespace(name.to_owned()).on(session);
    let sums = join_all((0..40).map(|n| counts.increment(n % 2, 5))).await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!((sums.into_iter().max(), counts.decrement(1, 1).await?), (Some(100), 99));
    assert_eq!(counts.increment(1, i64::MAX).await.unwrap_err().kind(), ErrorKind::Overflow);
    let words = RedisCache::<u64, String, C>::with_namespace(name.to_owned()).on(session);
    words.set(2, "no number").await?;
    assert_eq!(counts.increment(2, 1).await.unwrap_err().kind(), ErrorKind::NotANumber);
    Ok(())
}

pub(crate) async fn entries(session: &RedisSession, name: &str) -> Result<()> {
    let plain = RedisTtlCache::<u64, u64>::with_namespace(format!("{name}.entries"), MINUTE).on(session);
    for entries in [plain.clone(), plain.clone().stale(MINUTE), plain.idle(MINUTE)] {
        entries.set(1, 1).await?;
        assert_eq!((entries.get(1).await?, entries.get_or(2, 9).await?), (Some(1), 9));
        assert!(entries.contains(1).await? && !entries.set_if_absent(1, 2).await?);
        assert_eq!(entries.replace(1, 3).await?, Some(1));
        assert!(entries.compare_and_set(1, 3, 4).await? && !entries.compare_and_delete(1, 3).await?);
        assert_eq!((entries.increment(1, 2).await?, entries.decrement(1, 1).await?), (6, 5));
        assert!(entries.expire(1, 2 * MINUTE).await? && entries.expiry(1).await? > Some(MINUTE));
        assert!(entries.touch(1).await? && entries.expiry(1).await? <= Some(MINUTE));
        assert_eq!((entries.pop(1).await?, entries.pop(1).await?), (Some(5), None));
        entries.set_for(1, 1, MINUTE).await?;
        assert_eq!((entries.delete(1).await?, entries.delete(1).await?), (true, false));
        assert_eq!(entries.increment(1, 7).await?, 7);
        entries.clear().await?;
        assert_eq!(entries.get(1).await?, None);
    }
    Ok(())
}

async fn transactions(session: &RedisSession, name: &str) -> Result<()> {
    let tag = if name.contains('{') { name.to_owned() } else { format!("{{{name}}}") };
    let orders = RedisCache::<u64, u64>::with_namespace(format!("{tag}.orders")).on(session);
    let pages = RedisTtlCache::<u64, u64>::with_namespace(format!("{tag}.pages"), MINUTE).stale(MINUTE).on(session);
    let (mails, jobs) = (
        RedisQueue::<u64>::with_namespace(format!("{tag}.mails")).on(session),
        RedisTaskQueue::<u64>::with_namespace(format!("{tag}.tasks")).on(session),
    );
    let seen = RedisSet::<u64>::with_namespace(format!("{tag}.seen")).on(session);
    let begin = |old| session.transaction().expect(orders.entry(1), old).expect(pages.entry(1), old);
    let steps = begin(None).set(orders.entry(1), 1).set(pages.entry(1), 1).put(&mails, 1).put(&jobs, 1).add(&seen, 1);
    assert!(steps.commit().await?.is_done());
    assert!(!begin(None).put(&mails, 2).commit().await?.is_done());
    assert_eq!((orders.get(1).await?, pages.get(1).await?, seen.len().await?), (Some(1), Some(1), 1));
    assert_eq!((mails.get().await?, mails.len().await?), (1, 0));
    jobs.get().await?.finalize().await.map_err(TaskError::into_error)?;
    assert!(begin(Some(&1)).delete(orders.entry(1)).delete(pages.entry(1)).remove(&seen, 1).commit().await?.is_done());
    assert_eq!((orders.get(1).await?, pages.get(1).await?, seen.len().await?), (None, None, 0));
    Ok(())
}

async fn limits_and_locks(session: &RedisSession, name: &str) -> Result<()> {
    limits(session, name).await?;
    locks(session, name).await
}

pub(crate) async fn limits(session: &RedisSession, name: &str) -> Result<()> {
    let limit = RedisLimit::<u64>::with_namespace(format!("{name}.limit"), 2, MINUTE).on(session);
    // On a cluster, they lie everywhere.
    let mut allowed = 0;
    for check in join_all((0..60).map(|n| limit.check(n % 20))).await {
        allowed += u32::from(check?.allowed());
    }
    assert_eq!(allowed, 40, "two of three for each subject");
    Ok(())
}

pub(crate) async fn locks(session: &RedisSession, name: &str) -> Result<()> {
    let lock = RedisLock::<u64>::with_namespace(format!("{name}.lock")).on(session);
    for n in 0..20 {
        let held = lock.acquire(n).await?;
        assert!(lock.try_acquire(n).await?.is_none());
        let next = lock.acquire(n);
        let (released, next) = tokio::join!(held.release(), next);
        released?;
        next?.release().await?;
    }
    Ok(())
}

/// On a cluster, they lie everywhere.
pub(crate) async fn entries_of_many(session: &RedisSession, name: &str) -> Result<()> {
    let plain = RedisTtlCache::<u64, u64>::with_namespace(format!("{name}.many"), MINUTE).on(session);
    for entries in [plain.clone(), plain.clone().stale(MINUTE), plain.idle(MINUTE)] {
        entries.set_many((0..600).map(|n| (n, n))).await?;
        assert!(entries.get_many(0..610).await?.into_iter().eq((0..610).map(|n| (n < 600).then_some(n))));
        let mut shown: Vec<_> = entries.scan().try_collect().await?;
        shown.sort_unstable();
        shown.dedup();
        assert!(shown.into_iter().eq((0..600).map(|n| (n, n))));
        // Of many callers, some go out together.
        for (n, got) in join_all((0..60).map(|n| entries.get(n))).await.into_iter().enumerate() {
            assert_eq!(got?, Some(n as u64));
        }
        for set in join_all((0..60).map(|n| entries.set(n, n + 1))).await {
            set?;
        }
        for deleted in join_all((0..60).map(|n| entries.delete(n))).await {
            assert!(deleted?);
        }
        assert_eq!(entries.delete_many(0..100).await?, 40);
        entries.clear().await?;
        assert_eq!(entries.scan().try_next().await?, None);
    }
    Ok(())
}

pub(crate) async fn members(session: &RedisSession, name: &str) -> Result<()> {
    let set = RedisSet::<u64>::with_namespace(format!("{{{name}}}.set")).on(session);
    let other = RedisSet::<u64>::with_namespace(format!("{{{name}}}.other")).on(session);
    assert!(set.add(1).await? && !set.add(1).await? && set.contains(1).await?);
    assert_eq!((set.random().await?, set.pop().await?, set.pop().await?), (Some(1), Some(1), None));
    assert_eq!((set.add_many(0..600).await?, set.remove_many(100..700).await?), (600, 500));
    assert_eq!((set.contains_many([1, 700]).await?, set.remove(1).await?), (vec![true, false], true));
    set.replace_all([1, 2]).await?;
    other.add_many([2, 3]).await?;
    let of = async |call: rediscache::Operation<Vec<u64>>| {
        call.await.map(|mut members| {
            members.sort_unstable();
            members
        })
    };
    assert_eq!((of(set.members()).await?, of(set.union([&other])).await?), (vec![1, 2], vec![1, 2, 3]));
    assert_eq!((set.intersection([&other]).await?, set.difference([&other]).await?), (vec![2], vec![1]));
    assert_eq!((set.scan().try_collect::<Vec<_>>().await?.len(), set.len().await?), (2, 2));
    // Of many callers, some go out together.
    let count = |told: Vec<Result<bool>>| told.into_iter().try_fold(0, |n, told| Result::Ok(n + u32::from(told?)));
    assert_eq!(count(join_all((0..60).map(|n| set.add(n % 20))).await)?, 18);
    assert_eq!(count(join_all((0..60).map(|n| set.contains(n))).await)?, 20);
    assert_eq!(count(join_all((0..60).map(|n| set.remove(n))).await)?, 20);
    other.clear().await
}

pub(crate) async fn values_alone(session: &RedisSession, name: &str) -> Result<()> {
    let value = RedisValue::<u64>::with_namespace(format!("{name}.value")).on(session);
    assert!(value.set_if_absent(1).await? && !value.set_if_absent(2).await? && !value.is_empty().await?);
    assert_eq!((value.get().await?, value.replace(2).await?, value.increment(3).await?), (Some(1), Some(1), 5));
    assert!(value.compare_and_set(5, 6).await? && !value.compare_and_set(5, 7).await?);
    assert_eq!((value.update(|value| value.unwrap_or_default() + 1).await?, value.take().await?), (7, Some(7)));
    value.set_for(1, MINUTE).await?;
    assert!(value.expiry().await?.is_some() && value.persist().await? && value.set_expiry(MINUTE).await?);
    value.set(2).await?;
    assert_eq!((value.expiry().await?, value.get_or(9).await?), (None, 2));
    value.clear().await?;
    assert_eq!(value.get().await?, None);
    // On a cluster, they lie everywhere. Of many callers, some go out together.
    let many = |n: usize| RedisValue::<usize>::with_namespace(format!("{name}.value.{n}")).on(session);
    for n in 0..20 {
        many(n).set(n).await?;
    }
    for (n, found) in join_all((0..60).map(|n| many(n % 30).get())).await.into_iter().enumerate() {
        assert_eq!(found?, Some(n % 30).filter(|n| *n < 20));
    }
    Ok(())
}

pub(crate) async fn values_in_a_record(session: &RedisSession, name: &str) -> Result<()> {
    let record = format!("{name}.record");
    let number = RedisValue::<u64>::in_record(record.as_str(), "number").on(session);
    let text = RedisValue::<String>::in_record(record, "text").on(session);
    assert!(number.set_if_absent(1).await? && !number.set_if_absent(2).await? && text.is_empty().await?);
    text.set("one").await?;
    assert_eq!(tokio::try_join!(number.get(), text.get(), number.get_or(9))?, (Some(1), Some("one".to_owned()), 1));
    assert_eq!((number.replace(2).await?, number.increment(3).await?, number.decrement(1).await?), (Some(1), 5, 4));
    assert!(number.compare_and_set(4, 6).await?);
    assert_eq!((number.update(|value| value.unwrap_or_default() + 1).await?, number.take().await?), (7, Some(7)));
    text.clear().await?;
    assert_eq!(text.get().await?, None);
    Ok(())
}

pub(crate) async fn scores(session: &RedisSession, name: &str) -> Result<()> {
    let floats = RedisRanking::<u64>::with_namespace(format!("{name}.floats")).on(session);
    let sums = join_all((0..60).map(|_| floats.increment(1, 0.5))).await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!((sums.into_iter().fold(0.0, f64::max), floats.increment(1, 0.5).await?), (30.0, 30.5));
    let counts = RedisRanking::<u64, i64>::with_namespace(format!("{name}.points")).on(session);
    counts.set(1, 10).await?;
    counts.set_many((2..20).map(|n| (n, 1))).await?;
    assert_eq!((counts.increment(1, 1).await?, counts.score(1).await?, counts.rank(1).await?), (11, Some(11), Some(0)));
    assert_eq!(counts.increment(1, 1 << 53).await.unwrap_err().kind(), ErrorKind::Overflow);
    assert_eq!((counts.top(1).await?, counts.around(9, 1).await?.len()), (vec![(1, 11)], 3));
    assert_eq!((counts.by_score(2..).await?, counts.remove_below(2).await?), (vec![(1, 11)], 18));
    assert_eq!((counts.len().await?, counts.scan().try_collect::<Vec<_>>().await?), (1, vec![(1, 11)]));
    assert!(counts.remove(1).await? && counts.is_empty().await?);
    floats.clear().await
}

pub(crate) async fn queue(session: &RedisSession, name: &str) -> Result<()> {
    let queue = RedisQueue::<u64>::with_namespace(format!("{name}.queue")).on(session);
    let waiting = tokio::spawn(queue.get());
    queue.put(1).await?;
    assert_eq!(crate::soon(waiting).await.unwrap()?, 1);
    let waiting = tokio::spawn(queue.get_timeout(MINUTE));
    tokio::time::sleep(Duration::from_millis(100)).await;
    queue.put_many([2, 3, 4]).await?;
    assert_eq!(crate::soon(waiting).await.unwrap()?, Some(2));
    assert_eq!((queue.len().await?, queue.is_empty().await?), (2, false));
    assert_eq!((queue.try_get().await?, queue.stream().try_next().await?), (Some(3), Some(4)));
    assert_eq!(queue.drain().try_collect::<Vec<_>>().await?, [0; 0]);
    // One that cannot be read goes to a key beside the queue's.
    let words = RedisQueue::<String>::with_namespace(format!("{name}.queue")).on(session);
    words.put("no number").await?;
    queue.put(5).await?;
    assert_eq!(queue.get().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(queue.get().await?, 5);
    crate::until(async || queue.dead_len().await.is_ok_and(|dead| dead == 1)).await;
    let letter = queue.dead().try_next().await?.expect("there is one");
    assert!(letter.value().is_err() && queue.requeue_one(&letter).await?);
    assert_eq!((queue.stats().await?.waiting(), words.get().await?), (1, "no number".to_owned()));
    assert_eq!((queue.requeue_dead().await?, queue.clear_dead().await?), (0, 0));
    assert!(!queue.set_expiry(MINUTE).await?);
    queue.clear().await
}

pub(crate) async fn tasks(session: &RedisSession, name: &str) -> Result<()> {
    let tasks = RedisTaskQueue::<u64>::with_namespace(format!("{name}.tasks")).client_identifier("w").on(session);
    let waiting = tokio::spawn(tasks.get());
    tasks.put(1).await?;
    let task = crate::soon(waiting).await.unwrap()?;
    assert_eq!((*task, tasks.pending().await?, tasks.len().await?), (1, vec![1], 0));
    settled(task.reschedule()).await?;
    settled(tasks.get().await?.finalize()).await?;
    let waiting = tokio::spawn(tasks.get());
    tokio::time::sleep(Duration::from_millis(100)).await;
    tasks.put_after(2, Duration::from_millis(20)).await?;
    settled(crate::soon(waiting).await.unwrap()?.finalize()).await?;
    tasks.put_at(3, SystemTime::UNIX_EPOCH).await?;
    tasks.put_after(4, MINUTE).await?;
    assert_eq!((tasks.len().await?, tasks.delayed_len().await?), (1, 1));
    // Several at once end together.
    tasks.put_many(10..30).await?;
    let mut held = Vec::new();
    while let Some(task) = tasks.try_get().await? {
        held.push(task);
    }
    assert_eq!(held.len(), 21);
    for settled in join_all(held.into_iter().map(|task| settled(task.finalize()))).await {
        settled?;
    }
    assert_eq!(tasks.get_timeout(Duration::from_millis(5)).await?.map(|task| *task), None);
    Ok(())
}

pub(crate) async fn task_failures(session: &RedisSession, name: &str) -> Result<()> {
    let tasks = RedisTaskQueue::<u64>::with_namespace(format!("{name}.failures")).max_attempts(2).on(session);
    tasks.put_many([1, 2, 3]).await?;
    let _held = (tasks.get().await?, tasks.get().await?);
    tasks.reschedule_pending(1).await?;
    assert_eq!(tasks.reschedule_pending(7).await.unwrap_err().kind(), ErrorKind::TaskNotPending);
    assert_eq!(tasks.reschedule_all_pending().await?, 1);
    while let Some(task) = tasks.try_get().await? {
        settled(task.reschedule()).await?;
    }
    assert_eq!(values(tasks.dead()).await?.len(), 3);
    let mut letters = tasks.dead();
    if let Some(letter) = letters.try_next().await? {
        assert!(tasks.requeue_one(&letter).await? && !tasks.delete_one(&letter).await?);
    }
    let stats = tasks.stats().await?;
    assert_eq!((stats.waiting(), stats.pending(), stats.dead(), stats.clients()), (1, 0, 2, 0));
    assert_eq!((tasks.pending_len().await?, tasks.dead_len().await?), (0, 2));
    assert_eq!(tasks.requeue_dead().await?, 2);
    assert_eq!(tasks.reschedule_all_pending().await?, 0);
    let words = RedisTaskQueue::<String>::with_namespace(format!("{name}.failures")).on(session);
    let words = words.unreadable_for(Duration::ZERO);
    assert_eq!(words.get().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(tasks.clear_dead().await?, 1);
    tasks.clear().await
}

async fn settled<T>(call: impl Future<Output = std::result::Result<(), TaskError<T>>>) -> Result<()> {
    call.await.map_err(TaskError::into_error)
}
