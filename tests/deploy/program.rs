//! A program that writes values of all its types, or reads what another one wrote.

use std::error::Error as _;
use std::fmt::Debug;
use std::hash::Hash;

use rediscache::{Near, RedisCache, RedisQueue, RedisSession, RedisTaskQueue, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What the program is to do with each of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Write,
    Read,
}

/// One run of the program, and what it read.
pub(crate) struct Run {
    session: RedisSession,
    mode: Mode,
    pub(crate) outcomes: Vec<(&'static str, String)>,
}

impl Run {
    pub(crate) fn new(session: &RedisSession, mode: Mode) -> Self {
        Self { session: session.clone(), mode, outcomes: Vec::new() }
    }

    /// A row of values: in a cache, a near cache, a queue and a task queue.
    pub(crate) async fn value<T>(&mut self, name: &'static str, value: T)
    where
        T: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static,
    {
        let cache = RedisCache::<u8, T>::with_namespace(format!("{name}.cache")).on(&self.session);
        let near =
            RedisCache::<u8, T>::with_namespace(format!("{name}.cache")).near(Near::tracking()).on(&self.session);
        let queue = RedisQueue::<T>::with_namespace(format!("{name}.queue")).on(&self.session);
        let tasks = RedisTaskQueue::<T>::with_namespace(format!("{name}.tasks")).on(&self.session);
        if self.mode == Mode::Write {
            cache.set(1, &value).await.expect("the value is stored");
            queue.put(&value).await.expect("the item is stored");
            tasks.put(&value).await.expect("the task is stored");
            let own = cache.get(1).await.expect("what was written can be read");
            assert_eq!(format!("{own:?}"), format!("{:?}", Some(&value)), "{name}: its own value");
            return;
        }
        let task = match tasks.try_get().await {
            Ok(Some(task)) => {
                let value = task.value().clone();
                task.finalize().await.expect("the task is done");
                Ok(Some(value))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        let ways = [
            ("get", outcome(cache.get(1).await)),
            ("get_many", outcome(cache.get_many([1]).await.map(|mut all| all.remove(0)))),
            ("near", outcome(near.get(1).await)),
            ("near again", outcome(near.get(1).await)),
            ("values", outcome(cache.values().await.map(|all| all.into_iter().next()))),
            ("queue", outcome(queue.try_get().await)),
            ("task", outcome(task)),
        ];
        let first = ways[0].1.clone();
        let others = ways.iter().filter(|(_, outcome)| *outcome != first);
        let others: String = others.map(|(way, outcome)| format!(" BUT BY {way}: {outcome}")).collect();
        self.outcomes.push((name, first + &others));
    }

    /// A row of keys, which are looked up and listed.
    pub(crate) async fn key<K>(&mut self, name: &'static str, key: K)
    where
        K: Serialize + DeserializeOwned + Eq + Hash + Clone + Debug + Send + Sync + 'static,
    {
        let cache = RedisCache::<K, u8>::with_namespace(name).on(&self.session);
        if self.mode == Mode::Write {
            cache.set(&key, 1).await.expect("the key is stored");
            return;
        }
        let found = cache.get(&key).await.expect("the value is read").is_some();
        let listed = outcome(cache.keys().await.map(|keys| keys.into_iter().next()));
        self.outcomes.push((name, format!("{} {listed}", if found { "found" } else { "not found" })));
    }
}

/// What was read, or why not: without what is the same for all.
fn outcome<T: Debug>(read: Result<Option<T>>) -> String {
    let error = match read {
        Ok(Some(value)) => return format!("{value:?}"),
        Ok(None) => return "nothing".to_owned(),
        Err(error) => error,
    };
    let mut last = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        last = error.to_string();
        source = error.source();
    }
    format!("ERROR {last}")
}
