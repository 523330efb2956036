//! Operations in the states that make them do all that they can.

#![expect(clippy::async_yields_async, reason = "what is prepared is done later")]

use std::mem;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use redis::{Connection, cmd};
use rediscache::{
    DeadLetter, Json, Near, RedisCache, RedisLimit, RedisLock, RedisQueue, RedisSession, RedisTask, RedisTaskQueue,
    Result, TaskError,
};

use super::{entry_case, family_case, look_case, member_case, transaction_case, value_case};

/// What is to be done, and what a refusal of it says.
pub(super) type Action = Pin<Box<dyn Future<Output = std::result::Result<(), String>>>>;

/// Stores what there is before an operation; the operation is returned, and not begun.
type Prepare = Box<dyn Fn(RedisSession, Connection) -> Pin<Box<dyn Future<Output = Action>>>>;

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) prepare: Prepare,
}

pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// A client that is taken for dead.
const GONE: &str = "0123456789abcdef$pending";

pub(super) fn case<P, A>(name: &'static str, prepare: impl Fn(RedisSession, Connection) -> P + Copy + 'static) -> Case
where
    P: Future<Output = A> + 'static,
    A: Future<Output = Result<()>> + 'static,
{
    task_case(name, move |session, raw| async move {
        let action = prepare(session, raw).await;
        async move { action.await.map_err(|error| error.to_string()) }
    })
}

/// As [`case`], of what hands back a task where it is refused.
fn task_case<P, A>(name: &'static str, prepare: impl Fn(RedisSession, Connection) -> P + Copy + 'static) -> Case
where
    P: Future<Output = A> + 'static,
    A: Future<Output = std::result::Result<(), String>> + 'static,
{
    let prepare: Prepare = Box::new(move |session, raw| {
        Box::pin(async move {
            let action: Action = Box::pin(prepare(session, raw).await);
            action
        })
    });
    Case { name, prepare }
}

pub(super) fn all() -> Vec<Case> {
    [
        of_caches(),
        of_near_caches(),
        entry_case::all(),
        member_case::all(),
        transaction_case::all(),
        family_case::all(),
        value_case::all(),
        of_limits_and_locks(),
        of_queues(),
        of_tasks(),
        look_case::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A cache in which 1 is "one" and 2 is "two".
async fn cache(session: &RedisSession, near: bool) -> RedisCache<u64, String> {
    let cache = RedisCache::new(if near { "near" } else { "cache" });
    let cache = if near { cache.near(Near::fields()).on(session) } else { cache.on(session) };
    cache.update([(1, "one"), (2, "two")]).await.unwrap();
    cache
}

macro_rules! cases_of_caches {
    ($near:expr; $($name:ident: |$cache:ident| $action:expr;)*) => {
        vec![$(case(stringify!($name), |session, _| async move {
            let $cache = cache(&session, $near).await;
            async move { $action.map(drop) }
        })),*]
    };
}

fn of_caches() -> Vec<Case> {
    let mut cases = cases_of_caches! { false;
        get: |cache| cache.get(1).await;
        contains: |cache| cache.contains(1).await;
        set: |cache| cache.set(1, "uno").await;
        set_if_absent: |cache| cache.set_if_absent(3, "three").await;
        replace: |cache| cache.replace(1, "uno").await;
        delete: |cache| cache.delete(1).await;
        pop: |cache| cache.pop(1).await;
        compare_and_set: |cache| cache.compare_and_set(1, "one", "uno").await;
        compare_and_delete: |cache| cache.compare_and_delete(1, "one").await;
        get_many: |cache| cache.get_many([1, 2]).await;
        update: |cache| cache.update([(1, "uno"), (3, "tre")]).await;
        delete_many: |cache| cache.delete_many([1, 2]).await;
        replace_all: |cache| cache.replace_all([(7, "seven")]).await;
        replace_all_by_many: |cache| cache.replace_all((0..5000).map(|n| (n, "many"))).await;
        replace_all_by_none: |cache| cache.replace_all([(0, ""); 0]).await;
        items: |cache| cache.items().await;
        keys: |cache| cache.keys().await;
        values: |cache| cache.values().await;
        len: |cache| cache.len().await;
        set_expiry: |cache| cache.set_expiry(MINUTE).await;
        set_expiry_at: |cache| cache.set_expiry_at(SystemTime::now() + MINUTE).await;
        expiry: |cache| cache.expiry().await;
        persist: |cache| cache.persist().await;
        clear: |cache| cache.clear().await;
        rewrite: |cache| cache.rewrite().await;
    };
    cases.push(case("increment", |session, _| async move {
        let counts = RedisCache::<u64, u64>::new("counts").on(&session);
        counts.increment(1, 1).await.unwrap();
        async move { counts.increment(1, 1).await.map(drop) }
    }));
    cases.push(case("increment_digits", |session, _| async move {
        let counts = RedisCache::<u64, i64, Json>::new("counts").on(&session);
        counts.increment(1, 1).await.unwrap();
        async move { counts.increment(1, 1).await.map(drop) }
    }));
    cases
}

/// What writes to these is told to others in the same step.
fn of_near_caches() -> Vec<Case> {
    cases_of_caches! { true;
        near_set: |cache| cache.set(1, "uno").await;
        near_set_if_absent: |cache| cache.set_if_absent(3, "three").await;
        near_delete: |cache| cache.delete(1).await;
        near_compare_and_set: |cache| cache.compare_and_set(1, "one", "uno").await;
        near_compare_and_delete: |cache| cache.compare_and_delete(1, "one").await;
        near_update: |cache| cache.update((0..5000).map(|n| (n, "many"))).await;
        near_delete_many: |cache| cache.delete_many([1, 2]).await;
        near_replace_all: |cache| cache.replace_all([(7, "seven")]).await;
        near_set_expiry: |cache| cache.set_expiry(MINUTE).await;
        near_clear: |cache| cache.clear().await;
    }
}

fn of_limits_and_locks() -> Vec<Case> {
    vec![
        case("check", |session, _| async move {
            let limit = RedisLimit::<u64>::new("limit", 100, MINUTE).on(&session);
            let _ = limit.check(1).await.unwrap();
            async move { limit.check(1).await.map(drop) }
        }),
        case("try_acquire", |session, _| async move {
            let lock = RedisLock::<u64>::new("lock").on(&session);
            async move { lock.try_acquire(1).await.map(mem::forget) }
        }),
        case("lock_release", |session, _| async move {
            let held = RedisLock::<u64>::new("lock").on(&session).acquire(1).await.unwrap();
            async move { held.release().await }
        }),
    ]
}

fn of_queues() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: |$queue:ident| $action:expr;)*) => {
            vec![$(case(stringify!($name), |session, _| async move {
                let $queue = RedisQueue::<u64>::new("queue").on(&session);
                $queue.put_many([1, 2, 3]).await.unwrap();
                async move { $action.map(drop) }
            })),*]
        };
    }
    cases! {
        queue_put: |queue| queue.put(4).await;
        queue_put_many: |queue| queue.put_many([4, 5]).await;
        queue_try_get: |queue| queue.try_get().await;
        queue_len: |queue| queue.len().await;
        queue_set_expiry: |queue| queue.set_expiry(MINUTE).await;
        queue_clear: |queue| queue.clear().await;
    }
}

type Tasks = RedisTaskQueue<u64>;

fn tasks(session: &RedisSession) -> Tasks {
    RedisTaskQueue::new("jobs").on(session)
}

/// The same after its first look, with which it begins to send heartbeats.
async fn looked(tasks: Tasks) -> Tasks {
    assert!(tasks.try_get().await.unwrap().is_none());
    tasks
}

/// Takes a task, which stays held.
async fn take(tasks: &Tasks) -> Result<()> {
    tasks.try_get().await.map(|task| {
        assert!(task.is_some());
        mem::forget(task);
    })
}

/// Three tasks, the first of which is held.
async fn held(session: &RedisSession) -> (Tasks, RedisTask<u64>) {
    let tasks = tasks(session);
    tasks.put_many([1, 2, 3]).await.unwrap();
    let task = tasks.try_get().await.unwrap().unwrap();
    (tasks, task)
}

/// One of two dead letters.
async fn letter(session: &RedisSession, raw: &mut Connection) -> (Tasks, DeadLetter<u64>) {
    cmd("LPUSH").arg(&["jobs$dead", "i|1", "i|2"]).exec(raw).unwrap();
    let tasks = tasks(session);
    let letter = tasks.dead().try_next().await.unwrap().unwrap();
    (tasks, letter)
}

fn settled(outcome: std::result::Result<(), TaskError<u64>>) -> std::result::Result<(), String> {
    outcome.map_err(|refused| {
        let text = refused.to_string();
        // It stays held.
        mem::forget(refused);
        text
    })
}

fn text(error: rediscache::Error) -> String {
    error.to_string()
}

/// Two tasks of a client that is taken for dead.
fn leave_behind(raw: &mut Connection) {
    cmd("ZADD").arg(&["jobs$clients", "1", GONE]).exec(raw).unwrap();
    cmd("HSET").arg(&["jobs$leases:0123456789abcdef", "1", "1:i|7", "2", "4:i|8"]).exec(raw).unwrap();
    cmd("LPUSH").arg(&["jobs$pending", "i|7", "i|8"]).exec(raw).unwrap();
}

/// Two tasks that are due.
fn be_due(raw: &mut Connection) {
    let due = ["1", "0123456789abcdef:i|4", "2", "0123456789abcde0:i|5"];
    cmd("ZADD").arg("jobs$delayed").arg(&due).exec(raw).unwrap();
}

pub(super) fn of_tasks() -> Vec<Case> {
    macro_rules! cases {
        ($($name:ident: |$session:ident, $raw:ident| $prepare:expr => |$tasks:pat_param| $action:expr;)*) => {
            vec![$(task_case(stringify!($name), |$session, mut $raw| async move {
                let $tasks = $prepare;
                let _ = &mut $raw;
                async move { $action }
            })),*]
        };
    }
    cases! {
        put: |session, raw| tasks(&session) => |tasks| tasks.put(1).await.map_err(text);
        put_after: |session, raw| tasks(&session) => |tasks| tasks.put_after(1, MINUTE).await.map_err(text);
        put_after_the_first: |session, raw| {
            let tasks = tasks(&session);
            tasks.put_after(2, MINUTE * 2).await.unwrap();
            tasks
        } => |tasks| tasks.put_after(1, MINUTE).await.map_err(text);
        put_at_once: |session, raw| tasks(&session) => |tasks| tasks.put_at(1, SystemTime::UNIX_EPOCH).await.map_err(text);
        take: |session, raw| {
            let tasks = looked(tasks(&session)).await;
            tasks.put_many([1, 2]).await.unwrap();
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_failed: |session, raw| {
            let (tasks, task) = held(&session).await;
            settled(task.reschedule().await).unwrap();
            mem::forget((tasks.try_get().await.unwrap(), tasks.try_get().await.unwrap()));
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_failed_twice: |session, raw| {
            let tasks = tasks(&session).max_attempts(9);
            tasks.put_many([1, 1]).await.unwrap();
            let (one, other) = (tasks.try_get().await.unwrap().unwrap(), tasks.try_get().await.unwrap().unwrap());
            settled(one.reschedule().await).unwrap();
            settled(other.reschedule().await).unwrap();
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_failed_too_often: |session, raw| {
            let (tasks, strict) = (tasks(&session), looked(tasks(&session).max_attempts(1)).await);
            tasks.put(1).await.unwrap();
            settled(tasks.try_get().await.unwrap().unwrap().reschedule().await).unwrap();
            tasks.put(2).await.unwrap();
            strict
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_is_due: |session, raw| {
            let tasks = looked(tasks(&session)).await;
            be_due(&mut raw);
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_is_due_and_left_behind: |session, raw| {
            let tasks = looked(tasks(&session).max_attempts(4)).await;
            leave_behind(&mut raw);
            be_due(&mut raw);
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_is_left_behind: |session, raw| {
            let tasks = looked(tasks(&session)).await;
            leave_behind(&mut raw);
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        take_what_is_left_behind_and_failed_too_often: |session, raw| {
            let tasks = looked(tasks(&session).max_attempts(4)).await;
            leave_behind(&mut raw);
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        finalize: |session, raw| held(&session).await => |(_, task)| settled(task.finalize().await);
        finalize_one_of_two: |session, raw| {
            let (tasks, task) = held(&session).await;
            take(&tasks).await.unwrap();
            (tasks, task)
        } => |(_, task)| settled(task.finalize().await);
        finalize_and_get: |session, raw| held(&session).await => |(_, task)| {
            settled(task.finalize_and_get().await.map(mem::forget))
        };
        finalize_and_get_none: |session, raw| {
            let (tasks, task) = held(&session).await;
            tasks.clear().await.unwrap();
            (tasks, task)
        } => |(_, task)| settled(task.finalize_and_get().await.map(mem::forget));
        finalize_and_get_what_failed: |session, raw| {
            let (tasks, task) = held(&session).await;
            let other = tasks.try_get().await.unwrap().unwrap();
            settled(other.reschedule().await).unwrap();
            take(&tasks).await.unwrap();
            (tasks, task)
        } => |(_, task)| settled(task.finalize_and_get().await.map(mem::forget));
        finalize_and_get_what_is_due_and_left_behind: |session, raw| {
            let (tasks, task) = held(&session).await;
            leave_behind(&mut raw);
            be_due(&mut raw);
            (tasks, task)
        } => |(_, task)| settled(task.finalize_and_get().await.map(mem::forget));
        reschedule: |session, raw| held(&session).await => |(_, task)| settled(task.reschedule().await);
        reschedule_too_often: |session, raw| {
            let (tasks, task) = held(&session).await;
            mem::forget(task);
            let tasks = tasks.max_attempts(1);
            let task = tasks.try_get().await.unwrap().unwrap();
            (tasks, task)
        } => |(_, task)| settled(task.reschedule().await);
        retry_after: |session, raw| held(&session).await => |(_, task)| settled(task.retry_after(MINUTE).await);
        retry_at_once: |session, raw| held(&session).await => |(_, task)| settled(task.retry_after(Duration::ZERO).await);
        take_what_comes_again: |session, raw| {
            let tasks = looked(tasks(&session).max_attempts(9)).await;
            let due = ["1", "0123456789abcdef.2:i|4", "2", "0123456789abcde0.0.3.1:i|5"];
            cmd("ZADD").arg("jobs$delayed").arg(&due).exec(&mut raw).unwrap();
            tasks
        } => |tasks| take(&tasks).await.map_err(text);
        reschedule_pending: |session, raw| {
            let (tasks, task) = held(&session).await;
            mem::forget(task);
            tasks
        } => |tasks| tasks.reschedule_pending(1).await.map_err(text);
        reschedule_pending_of_another: |session, raw| {
            cmd("LPUSH").arg(&["jobs$pending", "i|1", "i|2"]).exec(&mut raw).unwrap();
            tasks(&session)
        } => |tasks| tasks.reschedule_pending(1).await.map_err(text);
        reschedule_all_pending: |session, raw| {
            let (tasks, task) = held(&session).await;
            mem::forget(task);
            take(&tasks).await.unwrap();
            tasks
        } => |tasks| tasks.reschedule_all_pending().await.map(drop).map_err(text);
        requeue_dead: |session, raw| {
            cmd("LPUSH").arg(&["jobs$dead", "i|1", "i|2"]).exec(&mut raw).unwrap();
            tasks(&session)
        } => |tasks| tasks.requeue_dead().await.map(drop).map_err(text);
        clear_dead: |session, raw| {
            cmd("LPUSH").arg(&["jobs$dead", "i|1", "i|2"]).exec(&mut raw).unwrap();
            tasks(&session)
        } => |tasks| tasks.clear_dead().await.map(drop).map_err(text);
        dead: |session, raw| {
            cmd("LPUSH").arg(&["jobs$dead", "i|1"]).exec(&mut raw).unwrap();
            tasks(&session)
        } => |tasks| tasks.dead().try_next().await.map(drop).map_err(text);
        dead_len: |session, raw| tasks(&session) => |tasks| tasks.dead_len().await.map(drop).map_err(text);
        requeue_one: |session, raw| letter(&session, &mut raw).await => |(tasks, letter)| {
            tasks.requeue_one(&letter).await.map(drop).map_err(text)
        };
        delete_one: |session, raw| letter(&session, &mut raw).await => |(tasks, letter)| {
            tasks.delete_one(&letter).await.map(drop).map_err(text)
        };
        stats: |session, raw| held(&session).await => |(tasks, task)| {
            let stats = tasks.stats().await.map(drop).map_err(text);
            mem::forget(task);
            stats
        };
        pending_len: |session, raw| tasks(&session) => |tasks| tasks.pending_len().await.map(drop).map_err(text);
        pending: |session, raw| tasks(&session) => |tasks| tasks.pending().await.map(drop).map_err(text);
        tasks_len: |session, raw| tasks(&session) => |tasks| tasks.len().await.map(drop).map_err(text);
        delayed_len: |session, raw| tasks(&session) => |tasks| tasks.delayed_len().await.map(drop).map_err(text);
        tasks_clear: |session, raw| {
            let (tasks, task) = held(&session).await;
            mem::forget(task);
            tasks
        } => |tasks| tasks.clear().await.map_err(text);
    }
}
