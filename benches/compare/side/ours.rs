use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rediscache::{
    Json, RedisCache, RedisLimit, RedisQueue, RedisRanking, RedisSession, RedisSet, RedisTaskQueue, RedisTtlCache,
    RedisValue,
};

use super::{ENTRIES, HASH, KEPT, MEMBERS, Side, TURNS, entry};
use crate::pair;

/// This library.
#[derive(Clone)]
pub(crate) struct Ours {
    names: RedisCache<u64, String>,
    entries: RedisTtlCache<u64, String>,
    values: Arc<[RedisValue<String>]>,
    counts: RedisCache<u64, i64>,
    json_counts: RedisCache<u64, i64, Json>,
    members: RedisSet<u64>,
    scores: RedisRanking<u64>,
    limits: RedisLimit<u64>,
    queue: RedisQueue<u64>,
    tasks: RedisTaskQueue<u64>,
}

impl Side for Ours {
    async fn connect(url: &str) -> Self {
        let session = RedisSession::connect(url).await.unwrap();
        Self {
            names: RedisCache::new(HASH).on(&session),
            entries: RedisTtlCache::new(ENTRIES, KEPT).on(&session),
            values: (0..pair::ENTRIES).map(|key| RedisValue::with_namespace(entry(key)).on(&session)).collect(),
            counts: RedisCache::new("ours.counts").on(&session),
            json_counts: RedisCache::new("ours.json_counts").on(&session),
            members: RedisSet::new(MEMBERS).on(&session),
            scores: RedisRanking::new("ours.scores").on(&session),
            limits: RedisLimit::new("ours.limits", TURNS, Duration::from_secs(1)).burst(TURNS).on(&session),
            queue: RedisQueue::new("ours.queue").on(&session),
            tasks: RedisTaskQueue::new("ours.tasks").on(&session),
        }
    }

    async fn get(&mut self, key: u64) -> Option<String> {
        self.names.get(key).await.unwrap()
    }

    async fn set(&mut self, key: u64, value: &str) {
        self.names.set(key, value).await.unwrap();
    }

    async fn get_entry(&mut self, key: u64) -> Option<String> {
        self.entries.get(key).await.unwrap()
    }

    async fn get_value(&mut self, key: u64) -> Option<String> {
        self.values[usize::try_from(key).unwrap()].get().await.unwrap()
    }

    async fn set_entry(&mut self, key: u64, value: &str) {
        self.entries.set(key, value).await.unwrap();
    }

    async fn increment(&mut self, key: u64) -> i64 {
        self.counts.increment(key, 1).await.unwrap()
    }

    async fn increment_json(&mut self, key: u64) -> i64 {
        self.json_counts.increment(key, 1).await.unwrap()
    }

    async fn is_member(&mut self, member: u64) -> bool {
        self.members.contains(member).await.unwrap()
    }

    async fn add_member(&mut self, member: u64) -> bool {
        self.members.add(member).await.unwrap()
    }

    async fn score(&mut self, member: u64) -> f64 {
        self.scores.increment(member, 1.0).await.unwrap()
    }

    async fn may_go_on(&mut self, subject: u64) -> bool {
        self.limits.check(subject).await.unwrap().allowed()
    }

    async fn get_many(&mut self, keys: Range<u64>) -> Vec<Option<String>> {
        self.names.get_many(keys).await.unwrap()
    }

    async fn update(&mut self, keys: Range<u64>, value: &str) {
        self.names.update(keys.map(|key| (key, value))).await.unwrap();
    }

    async fn items(&mut self) -> Vec<(u64, String)> {
        self.names.items().await.unwrap()
    }

    async fn put(&mut self, item: u64) {
        self.queue.put(item).await.unwrap();
    }

    async fn put_many(&mut self, items: Range<u64>) {
        self.queue.put_many(items).await.unwrap();
    }

    async fn take(&mut self) -> u64 {
        self.queue.get().await.unwrap()
    }

    async fn put_tasks(&mut self, tasks: Range<u64>) {
        self.tasks.put_many(tasks).await.unwrap();
    }

    async fn work(&mut self) -> u64 {
        let task = self.tasks.get().await.unwrap();
        let item = *task;
        task.finalize().await.unwrap();
        item
    }

    async fn clear_queues(&mut self) {
        self.queue.clear().await.unwrap();
        self.tasks.clear().await.unwrap();
    }
}
