//! The plain queue. An item leaves it with the answer that brings it, and is gone when that answer is lost.

use std::time::Duration;

use futures_util::StreamExt;
use rediscache::{RedisQueue, Result};
use tokio::time::{Instant, timeout};

use super::caller::{Caller, tell};
use crate::record::Record;

pub(crate) const NAMESPACE: &str = "mail";

struct Mail {
    caller: Caller,
    queue: RedisQueue<u64>,
}

pub(super) async fn work(caller: Caller) {
    let queue = RedisQueue::new(NAMESPACE).on(&caller.session);
    let mut mail = Mail { caller, queue };
    while mail.caller.goes_on().await {
        match mail.caller.random.within(0..20) {
            0..4 => mail.put(1).await,
            4..6 => {
                let count = mail.caller.random.within(2..6);
                mail.put(count).await;
            }
            6..12 => mail.try_get().await,
            12..14 => mail.get_timeout().await,
            14..17 => mail.get_and_give_up().await,
            17 => mail.stream().await,
            18 => mail.drain().await,
            _ => mail.measure().await,
        }
    }
}

impl Mail {
    async fn put(&mut self, count: u64) {
        let items: Vec<u64> = (0..count).map(|_| self.caller.fresh()).collect();
        items.iter().for_each(|&item| tell(&Record::Post { item }));
        let done = match &*items {
            [item] => self.caller.call("put", self.queue.put(item)).await,
            _ => self.caller.call("put_many", self.queue.put_many(items.iter())).await,
        };
        if done.is_some() {
            items.iter().for_each(|&item| tell(&Record::Posted { item }));
        }
    }

    /// Asks for an item; who has waited in vain may have missed one that was lost with another's answer.
    async fn ask(
        &mut self,
        operation: &str,
        wait: Duration,
        call: impl Future<Output = Result<Option<u64>>>,
    ) -> Option<u64> {
        let caller = self.caller.number;
        tell(&Record::Ask { caller });
        match self.caller.call_within(operation, wait, call).await {
            Some(None) if wait.is_zero() => tell(&Record::Answer { caller, item: None }),
            Some(Some(item)) => {
                tell(&Record::Answer { caller, item: Some(item) });
                return Some(item);
            }
            _ => tell(&Record::NoAnswer { caller }),
        }
        None
    }

    async fn try_get(&mut self) {
        self.ask("try_get", Duration::ZERO, self.queue.try_get()).await;
    }

    async fn get_timeout(&mut self) {
        let wait = Duration::from_millis(self.caller.random.within(1..200));
        self.ask("get_timeout", wait, self.queue.get_timeout(wait)).await;
    }

    /// Waits, and drops the call half way when nothing comes.
    async fn get_and_give_up(&mut self) {
        let (caller, started) = (self.caller.number, Instant::now());
        let wait = Duration::from_millis(self.caller.random.within(0..12));
        tell(&Record::Ask { caller });
        let answer = timeout(wait, self.queue.get()).await;
        match answer {
            Ok(Ok(item)) => tell(&Record::Answer { caller, item: Some(item) }),
            _ => tell(&Record::NoAnswer { caller }),
        }
        self.caller.ended("get", started, wait, answer.as_ref().ok().and_then(|answer| answer.as_ref().err()));
    }

    async fn stream(&mut self) {
        let mut stream = self.queue.stream();
        for _ in 0..3 {
            let wait = Duration::from_millis(30);
            let next = async { timeout(wait, stream.next()).await.ok().flatten().transpose() };
            if self.ask("stream", wait, next).await.is_none() {
                return;
            }
        }
    }

    async fn drain(&mut self) {
        let mut drain = self.queue.drain();
        for _ in 0..5 {
            if self.ask("drain", Duration::ZERO, async { drain.next().await.transpose() }).await.is_none() {
                return;
            }
        }
    }

    async fn measure(&mut self) {
        let _ = self.caller.call("len", self.queue.len()).await;
        let _ = self.caller.call("is_empty", self.queue.is_empty()).await;
    }
}
