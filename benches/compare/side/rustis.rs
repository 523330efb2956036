use std::ops::Range;

use rustis::client::{Client, IntoConfig};
use rustis::commands::{
    GenericCommands, HashCommands, LMoveWhere, ListCommands, ScriptingCommands, SetCommands, SetExpiration,
    SortedSetCommands, StringCommands,
};

use super::{
    CHECK, CHECK_ARGUMENTS, COUNTS, HASH, KEPT_MILLISECONDS, MEMBERS, PENDING, QUEUE, SCORES, Side, TASKS, TIMEOUT,
    entry, is_due, number, numbered, subject, text, written,
};

/// `rustis` by hand.
#[derive(Clone)]
pub(crate) struct Rustis(Client);

impl Side for Rustis {
    async fn connect(url: &str) -> Self {
        let mut config = url.into_config().unwrap();
        config.command_timeout = TIMEOUT;
        Self(Client::connect(config).await.unwrap())
    }

    async fn get(&mut self, key: u64) -> Option<String> {
        let stored: Option<String> = self.0.hget(HASH, numbered(key)).await.unwrap();
        stored.map(text)
    }

    async fn set(&mut self, key: u64, value: &str) {
        self.0.hset(HASH, (numbered(key), written(value))).await.unwrap();
    }

    async fn get_entry(&mut self, key: u64) -> Option<String> {
        let stored: Option<String> = self.0.get(entry(key)).await.unwrap();
        stored.map(text)
    }

    async fn set_entry(&mut self, key: u64, value: &str) {
        let kept = SetExpiration::Px(KEPT_MILLISECONDS);
        self.0.set_with_options(entry(key), written(value), None, kept).await.unwrap();
    }

    async fn increment(&mut self, key: u64) -> i64 {
        self.0.hincrby(COUNTS, numbered(key), 1).await.unwrap()
    }

    async fn is_member(&mut self, member: u64) -> bool {
        self.0.sismember(MEMBERS, numbered(member)).await.unwrap()
    }

    async fn add_member(&mut self, member: u64) -> bool {
        self.0.sadd(MEMBERS, numbered(member)).await.unwrap() == 1
    }

    async fn score(&mut self, member: u64) -> f64 {
        self.0.zincrby(SCORES, 1.0, numbered(member)).await.unwrap()
    }

    async fn may_go_on(&mut self, key: u64) -> bool {
        let ahead: Vec<u32> = self.0.evalsha(CHECK.get_hash(), subject(key), CHECK_ARGUMENTS).await.unwrap();
        is_due(&ahead)
    }

    async fn get_many(&mut self, keys: Range<u64>) -> Vec<Option<String>> {
        let fields: Vec<String> = keys.map(numbered).collect();
        let stored: Vec<Option<String>> = self.0.hmget(HASH, fields).await.unwrap();
        stored.into_iter().map(|stored| stored.map(text)).collect()
    }

    async fn update(&mut self, keys: Range<u64>, value: &str) {
        let pairs: Vec<(String, String)> = keys.map(|key| (numbered(key), written(value))).collect();
        self.0.hset(HASH, pairs).await.unwrap();
    }

    async fn items(&mut self) -> Vec<(u64, String)> {
        let stored: Vec<(String, String)> = self.0.hgetall(HASH).await.unwrap();
        stored.into_iter().map(|(key, value)| (number(&key), text(value))).collect()
    }

    async fn put(&mut self, item: u64) {
        self.0.lpush(QUEUE, numbered(item)).await.unwrap();
    }

    async fn put_many(&mut self, items: Range<u64>) {
        let items: Vec<String> = items.map(numbered).collect();
        self.0.lpush(QUEUE, items).await.unwrap();
    }

    async fn take(&mut self) -> u64 {
        let stored: Vec<String> = self.0.rpop(QUEUE, 1).await.unwrap();
        number(&stored[0])
    }

    async fn put_tasks(&mut self, tasks: Range<u64>) {
        let tasks: Vec<String> = tasks.map(numbered).collect();
        self.0.lpush(TASKS, tasks).await.unwrap();
    }

    async fn work(&mut self) -> u64 {
        let stored: String = self.0.lmove(TASKS, PENDING, LMoveWhere::Right, LMoveWhere::Left).await.unwrap();
        let removed = self.0.lrem(PENDING, 1, &stored).await.unwrap();
        assert_eq!(removed, 1);
        number(&stored)
    }

    async fn clear_queues(&mut self) {
        self.0.unlink([QUEUE, TASKS, PENDING]).await.unwrap();
    }
}
