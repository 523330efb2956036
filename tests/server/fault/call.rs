//! One call of every operation.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use rediscache::{
    DeadLetter, InRecord, RedisCache, RedisLimit, RedisLock, RedisQueue, RedisRanking, RedisSession, RedisSet,
    RedisTaskQueue, RedisTtlCache, RedisValue, Result, TaskError, Typestring,
};

use super::page::{self, Class};

pub(super) type Call = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

pub(super) struct Objects {
    session: RedisSession,
    pub(super) numbers: RedisCache<u64, u64>,
    entries: RedisTtlCache<u64, u64>,
    none: RedisTtlCache<u64, u64>,
    members: RedisSet<u64>,
    points: RedisRanking<u64, i64>,
    value: RedisValue<u64>,
    field: RedisValue<u64, Typestring, InRecord>,
    pub(super) plain: RedisQueue<u64>,
    pub(super) jobs: RedisTaskQueue<u64>,
    dead: RedisQueue<u64>,
    limit: RedisLimit<u64>,
    lock: RedisLock<u64>,
}

impl Objects {
    pub(super) fn new(session: &RedisSession) -> Self {
        Self {
            session: session.clone(),
            numbers: RedisCache::new("numbers").on(session),
            entries: RedisTtlCache::new("entries", Duration::from_secs(600)).on(session),
            none: RedisTtlCache::new("none", Duration::from_secs(600)).on(session),
            members: RedisSet::new("members").on(session),
            points: RedisRanking::new("points").on(session),
            value: RedisValue::new("value").on(session),
            field: RedisValue::<u64>::in_record("record", "field").on(session),
            plain: RedisQueue::new("plain").on(session),
            // Whose heartbeat comes after all calls.
            jobs: RedisTaskQueue::new("jobs").recover_after(Duration::from_secs(600)).on(session),
            dead: RedisQueue::new("jobs$dead").on(session),
            limit: RedisLimit::new("limit", 1000, Duration::from_secs(1)).on(session),
            // Which is not renewed before all calls, either.
            lock: RedisLock::new("lock").lease(Duration::from_secs(600)).on(session),
        }
    }

    /// The same, whose calls have so much time.
    pub(super) fn timeout(self, limit: Duration) -> Self {
        let Self {
            session,
            numbers,
            entries,
            none,
            members,
            points,
            value,
            field,
            plain,
            jobs,
            dead,
            limit: rate,
            lock,
        } = self;
        Self {
            session,
            numbers: numbers.timeout(limit),
            entries: entries.timeout(limit),
            none: none.timeout(limit),
            members: members.timeout(limit),
            points: points.timeout(limit),
            value: value.timeout(limit),
            field: field.timeout(limit),
            plain: plain.timeout(limit),
            jobs: jobs.timeout(limit),
            dead,
            limit: rate.timeout(limit),
            lock: lock.timeout(limit),
        }
    }

    /// Gives a call something to work on. Those on values need nothing else: of all stages together, the server has no more than
    /// fits into one page of a scan.
    pub(super) async fn fill(&self, name: &str) -> Result<()> {
        if is_of_values(name) {
            self.value.set(1).await?;
            return self.field.set(1).await;
        }
        self.numbers.update([(1, 1), (2, 2)]).await?;
        self.entries.set_many([(1, 1), (2, 2)]).await?;
        self.members.add_many([1, 2]).await?;
        self.points.set_many([(1, 1), (2, 2)]).await?;
        self.plain.put_many([1, 2]).await?;
        self.jobs.put_many([1, 2]).await
    }

    /// A lock that nobody has held: one that a fault keeps from being let go is held for its lease.
    fn next() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// One that is dead.
    async fn letter(&self) -> Result<DeadLetter<u64>> {
        self.dead.put(1).await?;
        self.jobs.dead().next().await.expect("there is one")
    }
}

fn call<T: 'static>(operation: impl Future<Output = Result<T>> + Send + 'static) -> Call {
    Box::pin(async { operation.await.map(drop) })
}

macro_rules! calls {
    ($objects:ident: $($name:ident => $call:expr;)*) => {
        /// Gets ready for a call of this operation, and hands it over.
        pub(super) async fn prepare(name: &str, $objects: &Objects) -> Result<Call> {
            Ok(match name {
                $(stringify!($name) => call($call),)*
                _ => panic!("the page names `{name}`, which is not called here"),
            })
        }

        /// All that is called here.
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

calls! { on:
    get => on.numbers.get(1);
    get_or => on.numbers.get_or(1, 2);
    contains => on.numbers.contains(1);
    get_many => on.numbers.get_many([1, 2]);
    items => on.numbers.items();
    keys => on.numbers.keys();
    values => on.numbers.values();
    to_map => on.numbers.to_map();
    len => on.jobs.len();
    is_empty => on.plain.is_empty();
    expiry => on.numbers.expiry();
    scan => {
        let mut scan = on.numbers.scan();
        async move { scan.next().await.transpose() }
    };
    delayed_len => on.jobs.delayed_len();
    pending => on.jobs.pending();
    pending_len => on.jobs.pending_len();
    stats => on.jobs.stats();
    dead => {
        let mut letters = on.jobs.dead();
        async move { letters.next().await.transpose() }
    };
    dead_len => on.plain.dead_len();
    set => on.numbers.set(1, 3);
    update => on.numbers.update([(1, 3), (4, 4)]);
    replace_all => on.numbers.replace_all([(1, 3)]);
    clear => on.numbers.clear();
    set_expiry => on.numbers.set_expiry(Duration::from_secs(600));
    set_expiry_at => on.numbers.set_expiry_at(SystemTime::now() + Duration::from_secs(600));
    set_if_absent => on.numbers.set_if_absent(3, 3);
    delete => on.numbers.delete(1);
    delete_many => on.numbers.delete_many([1, 2]);
    pop => on.numbers.pop(1);
    pop_or => on.numbers.pop_or(1, 2);
    replace => on.numbers.replace(1, 3);
    compare_and_set => on.numbers.compare_and_set(1, 1, 3);
    compare_and_delete => on.numbers.compare_and_delete(1, 1);
    increment => on.numbers.increment(1, 1);
    decrement => on.numbers.decrement(1, 1);
    persist => {
        on.numbers.set_expiry(Duration::from_secs(600)).await?;
        on.numbers.persist()
    };
    commit => {
        let steps = on.session.transaction().expect(on.numbers.entry(1), Some(&1)).set(on.numbers.entry(1), 3);
        steps.set(on.entries.entry(1), 3).delete(on.numbers.entry(2)).add(&on.members, 3).put(&on.plain, 3).commit()
    };
    put => on.plain.put(3);
    put_many => on.jobs.put_many([3, 4]);
    put_after => on.jobs.put_after(3, Duration::from_secs(600));
    put_at => on.jobs.put_at(3, SystemTime::now() + Duration::from_secs(600));
    try_get => on.plain.try_get();
    drain => {
        let mut drain = on.plain.drain();
        async move { drain.next().await.transpose() }
    };
    finalize => {
        let task = on.jobs.get().await?;
        async move { task.finalize().await.map_err(TaskError::into_error) }
    };
    finalize_and_get => {
        let task = on.jobs.get().await?;
        async move { task.finalize_and_get().await.map(mem::forget).map_err(TaskError::into_error) }
    };
    reschedule => {
        let task = on.jobs.get().await?;
        async move { task.reschedule().await.map_err(TaskError::into_error) }
    };
    retry_after => {
        let task = on.jobs.get().await?;
        async move { task.retry_after(Duration::from_secs(60)).await.map_err(TaskError::into_error) }
    };
    reschedule_pending => {
        let task = on.jobs.get().await?;
        let value = *task;
        // Held for as long as this process lives.
        mem::forget(task);
        on.jobs.reschedule_pending(value)
    };
    reschedule_all_pending => {
        mem::forget(on.jobs.get().await?);
        on.jobs.reschedule_all_pending()
    };
    requeue_dead => {
        on.dead.put(1).await?;
        on.jobs.requeue_dead()
    };
    requeue_one => {
        let letter = on.letter().await?;
        on.jobs.requeue_one(&letter)
    };
    delete_one => {
        let letter = on.letter().await?;
        on.jobs.delete_one(&letter)
    };
    clear_dead => on.jobs.clear_dead();
    contains_many => on.members.contains_many([1, 2]);
    members => on.members.members();
    random => on.members.random();
    union => on.members.union([&on.members]);
    intersection => on.members.intersection([&on.members]);
    difference => on.members.difference([]);
    add => on.members.add(3);
    add_many => on.members.add_many([3, 4]);
    remove => on.members.remove(1);
    remove_many => on.members.remove_many([1, 2]);
    score => on.points.score(1);
    rank => on.points.rank(1);
    top => on.points.top(2);
    around => on.points.around(1, 1);
    by_score => on.points.by_score(1..);
    remove_below => on.points.remove_below(2);
    member_contains => on.members.contains(1);
    member_len => on.members.len();
    member_scan => {
        let mut scan = on.members.scan();
        async move { scan.next().await.transpose() }
    };
    member_pop => on.members.pop();
    member_replace_all => on.members.replace_all([3]);
    ranked_len => on.points.len();
    ranked_scan => {
        let mut scan = on.points.scan();
        async move { scan.next().await.transpose() }
    };
    ranked_set => on.points.set(1, 3);
    ranked_set_many => on.points.set_many([(1, 3)]);
    ranked_increment => on.points.increment(1, 1);
    ranked_remove => on.points.remove(1);
    value_get => on.value.get();
    value_get_or => on.value.get_or(2);
    value_is_empty => on.value.is_empty();
    value_set => on.value.set(3);
    value_set_for => on.value.set_for(3, Duration::from_secs(60));
    value_set_if_absent => on.value.set_if_absent(3);
    value_replace => on.value.replace(3);
    value_compare_and_set => on.value.compare_and_set(1, 3);
    value_increment => on.value.increment(1);
    value_clear => on.value.clear();
    take => on.value.take();
    value_update => on.value.update(|_| 3);
    field_get => on.field.get();
    field_set => on.field.set(3);
    field_take => on.field.take();
    field_update => on.field.update(|_| 3);
    field_increment => on.field.increment(1);
    field_clear => on.field.clear();
    check => {
        // It is on record then.
        let _ = on.limit.check(0).await?;
        on.limit.check(1)
    };
    check_n => {
        let _ = on.limit.check(0).await?;
        on.limit.check_n(1, 2)
    };
    try_acquire => {
        on.lock.acquire(Objects::next()).await?.release().await?;
        let acquire = on.lock.try_acquire(Objects::next());
        // Held, so that nothing is sent but the call.
        async move { acquire.await.map(mem::forget) }
    };
    release => {
        let held = on.lock.acquire(Objects::next()).await?;
        held.release()
    };
    set_for => on.entries.set_for(1, 3, Duration::from_secs(60));
    set_many => on.entries.set_many([(1, 3)]);
    touch => on.entries.touch(1);
    expire => on.entries.expire(1, Duration::from_secs(60));
    entry_get => on.entries.get(1);
    entry_get_many => on.entries.get_many([1, 2]);
    entry_contains => on.entries.contains(1);
    entry_expiry => on.entries.expiry(1);
    entry_scan => {
        // Of nothing, so that it is one request.
        let mut scan = on.none.scan();
        async move { scan.next().await.transpose() }
    };
    entry_set => on.entries.set(1, 3);
    entry_set_if_absent => on.entries.set_if_absent(3, 3);
    entry_delete => on.entries.delete(1);
    entry_delete_many => on.entries.delete_many([1]);
    entry_pop => on.entries.pop(1);
    entry_replace => on.entries.replace(1, 3);
    entry_compare_and_set => on.entries.compare_and_set(1, 1, 3);
    entry_compare_and_delete => on.entries.compare_and_delete(1, 1);
    entry_increment => on.entries.increment(1, 1);
    entry_decrement => on.entries.decrement(1, 1);
}

/// Operations that the page lists once for several objects, whose requests are others.
const OF_OTHERS: [(Class, &str); 43] = [
    (Class::Reads, "value_get"),
    (Class::Reads, "value_get_or"),
    (Class::Reads, "value_is_empty"),
    (Class::Settings, "value_set"),
    (Class::Settings, "value_set_for"),
    (Class::Changes, "value_set_if_absent"),
    (Class::Changes, "value_replace"),
    (Class::Changes, "value_compare_and_set"),
    (Class::Changes, "value_increment"),
    (Class::Settings, "value_clear"),
    (Class::Changes, "value_update"),
    (Class::Reads, "field_get"),
    (Class::Settings, "field_set"),
    (Class::Changes, "field_take"),
    (Class::Changes, "field_update"),
    (Class::Changes, "field_increment"),
    (Class::Changes, "field_clear"),
    (Class::Reads, "member_contains"),
    (Class::Reads, "member_len"),
    (Class::Reads, "member_scan"),
    (Class::Settings, "member_replace_all"),
    (Class::Changes, "member_pop"),
    (Class::Reads, "ranked_len"),
    (Class::Reads, "ranked_scan"),
    (Class::Settings, "ranked_set"),
    (Class::Settings, "ranked_set_many"),
    (Class::Changes, "ranked_increment"),
    (Class::Changes, "ranked_remove"),
    (Class::Reads, "entry_get"),
    (Class::Reads, "entry_get_many"),
    (Class::Reads, "entry_contains"),
    (Class::Reads, "entry_expiry"),
    (Class::Reads, "entry_scan"),
    (Class::Settings, "entry_set"),
    (Class::Changes, "entry_set_if_absent"),
    (Class::Changes, "entry_delete"),
    (Class::Changes, "entry_delete_many"),
    (Class::Changes, "entry_pop"),
    (Class::Changes, "entry_replace"),
    (Class::Changes, "entry_compare_and_set"),
    (Class::Changes, "entry_compare_and_delete"),
    (Class::Changes, "entry_increment"),
    (Class::Changes, "entry_decrement"),
];

/// All operations that are walked, and of which class each is.
pub(super) fn operations() -> Vec<(Class, &'static str)> {
    page::operations().into_iter().chain(OF_OTHERS).collect()
}

/// Whether it is one on a value, by itself or in a record.
pub(super) fn is_of_values(name: &str) -> bool {
    name == "take" || ["value_", "field_"].iter().any(|of| name.starts_with(of))
}

/// A wait for each kind of queue and each way to wait.
pub(super) const WAITS: [&str; 4] = ["get", "get_timeout", "stream", "get of tasks"];

pub(super) fn wait(name: &str, on: &Objects) -> Call {
    match name {
        "get" => call(on.plain.get()),
        "get_timeout" => call(on.plain.get_timeout(Duration::from_secs(600))),
        "stream" => {
            let mut stream = on.plain.stream();
            call(async move { stream.next().await.transpose() })
        }
        _ => call(on.jobs.get()),
    }
}

/// The request that does it, if that is not the first.
pub(super) fn decisive(name: &str) -> &'static str {
    match name {
        "pop" | "pop_or" | "replace" | "entry_pop" | "entry_replace" | "take" | "field_take" | "value_replace"
        | "value_update" | "field_update" => "EVALSHA",
        "member_pop" => "SREM",
        _ => "",
    }
}

/// What the method is called, without what says of which object it is.
pub(super) fn method(name: &'static str) -> &'static str {
    let name = name.trim_end_matches(" of tasks");
    ["entry_", "member_", "ranked_", "value_", "field_"]
        .into_iter()
        .find_map(|of| name.strip_prefix(of))
        .unwrap_or(name)
}
