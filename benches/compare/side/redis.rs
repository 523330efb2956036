use std::ops::Range;

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, Client, Direction, SetExpiry, SetOptions};

use super::{
    CHECK, CHECK_ARGUMENTS, COUNTS, HASH, KEPT_MILLISECONDS, MEMBERS, PENDING, QUEUE, SCORES, Side, TASKS, TIMEOUT,
    entry, is_due, number, numbered, subject, text, written,
};

/// The `redis` crate by hand.
#[derive(Clone)]
pub(crate) struct Redis(MultiplexedConnection);

impl Side for Redis {
    async fn connect(url: &str) -> Self {
        let options = AsyncConnectionConfig::new().set_response_timeout(Some(TIMEOUT));
        let client = Client::open(url).unwrap();
        Self(client.get_multiplexed_async_connection_with_config(&options).await.unwrap())
    }

    async fn get(&mut self, key: u64) -> Option<String> {
        let stored: Option<String> = self.0.hget(HASH, numbered(key)).await.unwrap();
        stored.map(text)
    }

    async fn set(&mut self, key: u64, value: &str) {
        let () = self.0.hset(HASH, numbered(key), written(value)).await.unwrap();
    }

    async fn get_entry(&mut self, key: u64) -> Option<String> {
        let stored: Option<String> = self.0.get(entry(key)).await.unwrap();
        stored.map(text)
    }

    async fn set_entry(&mut self, key: u64, value: &str) {
        let kept = SetOptions::default().with_expiration(SetExpiry::PX(KEPT_MILLISECONDS));
        let () = self.0.set_options(entry(key), written(value), kept).await.unwrap();
    }

    async fn increment(&mut self, key: u64) -> i64 {
        self.0.hincr(COUNTS, numbered(key), 1).await.unwrap()
    }

    async fn is_member(&mut self, member: u64) -> bool {
        self.0.sismember(MEMBERS, numbered(member)).await.unwrap()
    }

    async fn add_member(&mut self, member: u64) -> bool {
        let added: u64 = self.0.sadd(MEMBERS, numbered(member)).await.unwrap();
        added == 1
    }

    async fn score(&mut self, member: u64) -> f64 {
        self.0.zincr(SCORES, numbered(member), 1.0).await.unwrap()
    }

    async fn may_go_on(&mut self, key: u64) -> bool {
        let mut check = CHECK.key(subject(key));
        CHECK_ARGUMENTS.iter().for_each(|argument| _ = check.arg(argument));
        let ahead: Vec<u32> = check.invoke_async(&mut self.0).await.unwrap();
        is_due(&ahead)
    }

    async fn get_many(&mut self, keys: Range<u64>) -> Vec<Option<String>> {
        let fields: Vec<String> = keys.map(numbered).collect();
        let stored: Vec<Option<String>> = self.0.hmget(HASH, fields).await.unwrap();
        stored.into_iter().map(|stored| stored.map(text)).collect()
    }

    async fn update(&mut self, keys: Range<u64>, value: &str) {
        let pairs: Vec<(String, String)> = keys.map(|key| (numbered(key), written(value))).collect();
        let () = self.0.hset_multiple(HASH, &pairs).await.unwrap();
    }

    async fn items(&mut self) -> Vec<(u64, String)> {
        let stored: Vec<(String, String)> = self.0.hgetall(HASH).await.unwrap();
        stored.into_iter().map(|(key, value)| (number(&key), text(value))).collect()
    }

    async fn put(&mut self, item: u64) {
        let () = self.0.lpush(QUEUE, numbered(item)).await.unwrap();
    }

    async fn put_many(&mut self, items: Range<u64>) {
        let items: Vec<String> = items.map(numbered).collect();
        let () = self.0.lpush(QUEUE, items).await.unwrap();
    }

    async fn take(&mut self) -> u64 {
        let stored: String = self.0.rpop(QUEUE, None).await.unwrap();
        number(&stored)
    }

    async fn put_tasks(&mut self, tasks: Range<u64>) {
        let tasks: Vec<String> = tasks.map(numbered).collect();
        let () = self.0.lpush(TASKS, tasks).await.unwrap();
    }

    async fn work(&mut self) -> u64 {
        let stored: String = self.0.lmove(TASKS, PENDING, Direction::Right, Direction::Left).await.unwrap();
        let removed: u64 = self.0.lrem(PENDING, 1, &stored).await.unwrap();
        assert_eq!(removed, 1);
        number(&stored)
    }

    async fn clear_queues(&mut self) {
        let () = self.0.unlink(&[QUEUE, TASKS, PENDING]).await.unwrap();
    }
}
