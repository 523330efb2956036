//! Waits for a list to have items.

use tokio::sync::watch;

use super::redis::RedisList;
use crate::store::memory::MemoryStore;
use crate::store::redis::RedisWaiter;

pub(crate) struct Waiter(WaitFor);

enum WaitFor {
    /// Told when some list was given items; which one, the one who waits will see.
    Memory(watch::Receiver<()>),
    Redis(Box<RedisWaiter>),
}

impl Waiter {
    pub(crate) fn in_memory(store: &MemoryStore) -> Self {
        Self(WaitFor::Memory(store.items_given()))
    }

    pub(crate) fn on_redis(list: &RedisList, key: &str, channel: Option<&str>) -> Self {
        Self(WaitFor::Redis(Box::new(list.waiter(key, channel))))
    }

    /// Returns when there may be items: soon after there are some, and now and then without. Takes none. Dropping the
    /// future loses nothing; the next call goes on with the same wait. Whether its connection broke.
    pub(crate) async fn wait(&mut self) -> bool {
        match &mut self.0 {
            WaitFor::Memory(given) => {
                if given.changed().await.is_err() {
                    // The store is gone, and so is everyone who could give something.
                    std::future::pending::<()>().await;
                }
                false
            }
            WaitFor::Redis(waiter) => waiter.wait().await,
        }
    }
}
