//! A hash of one's own, and the operations on all of it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use rediscache::RedisCache;

use super::caller::Caller;

const HOUR: Duration = Duration::from_secs(3600);

struct Whole {
    caller: Caller,
    cache: RedisCache<u64, u64>,
    entries: BTreeMap<u64, u64>,
    expires: bool,
}

pub(super) async fn work(mut caller: Caller) {
    let cache = fresh(&mut caller);
    let mut whole = Whole { caller, cache, entries: BTreeMap::new(), expires: false };
    while whole.caller.goes_on().await {
        let known = match whole.caller.random.within(0..10) {
            0..4 => whole.change().await,
            4..8 => whole.look().await,
            _ => whole.limit_its_life().await,
        };
        if known.is_none() {
            // What was being done may still take effect: this hash is left alone from now on.
            whole.cache = fresh(&mut whole.caller);
            whole.entries.clear();
            whole.expires = false;
        }
    }
}

fn fresh(caller: &mut Caller) -> RedisCache<u64, u64> {
    RedisCache::with_namespace(format!("whole.{}", caller.fresh())).on(&caller.session)
}

impl Whole {
    fn some_pairs(&mut self) -> Vec<(u64, u64)> {
        let count = self.caller.random.place(6);
        (0..count).map(|_| (self.caller.random.within(0..8), self.caller.fresh())).collect()
    }

    async fn change(&mut self) -> Option<()> {
        match self.caller.random.within(0..4) {
            0 => {
                let pairs = self.some_pairs();
                self.caller.call("replace_all", self.cache.replace_all(pairs.iter().copied())).await?;
                self.entries = pairs.into_iter().collect();
                self.expires = false;
            }
            1 => {
                self.caller.call("clear", self.cache.clear()).await?;
                self.entries.clear();
                self.expires = false;
            }
            _ => {
                let pairs = self.some_pairs();
                self.caller.call("update", self.cache.update(pairs.iter().copied())).await?;
                self.entries.extend(pairs);
            }
        }
        Some(())
    }

    /// Looking changes nothing, so that no failure casts a doubt.
    async fn look(&mut self) -> Option<()> {
        let way = self.caller.random.within(0..8);
        let (caller, cache, entries) = (&self.caller, &self.cache, &self.entries);
        match way {
            0 => self.compare("items", caller.call("items", cache.items()).await.map(BTreeMap::from_iter)),
            1 => {
                let map: Option<HashMap<_, _>> = caller.call("to_map", cache.to_map()).await;
                self.compare("to_map", map.map(BTreeMap::from_iter));
            }
            2 => self.compare("scan", caller.call("scan", cache.scan().try_collect::<BTreeMap<_, _>>()).await),
            3 => {
                if let Some(mut keys) = caller.call("keys", cache.keys()).await {
                    keys.sort_unstable();
                    caller.check("keys", &keys, &entries.keys().copied().collect());
                }
            }
            4 => {
                if let Some(mut values) = caller.call("values", cache.values()).await {
                    values.sort_unstable();
                    let mut expected: Vec<u64> = entries.values().copied().collect();
                    expected.sort_unstable();
                    caller.check("values", &values, &expected);
                }
            }
            5 => {
                if let Some(len) = caller.call("len", cache.len()).await {
                    caller.check("len", &len, &(entries.len() as u64));
                }
            }
            6 => {
                if let Some(empty) = caller.call("is_empty", cache.is_empty()).await {
                    caller.check("is_empty", &empty, &entries.is_empty());
                }
            }
            _ => {
                if let Some(left) = caller.call("expiry", cache.expiry()).await {
                    caller.check("expiry", &left.is_some(), &self.expires);
                }
            }
        }
        Some(())
    }

    async fn limit_its_life(&mut self) -> Option<()> {
        let way = self.caller.random.within(0..3);
        let (caller, cache, some) = (&self.caller, &self.cache, !self.entries.is_empty());
        match way {
            0 => {
                let set = caller.call("set_expiry", cache.set_expiry(HOUR)).await?;
                caller.check("set_expiry", &set, &some);
                self.expires = some;
            }
            1 => {
                let set = caller.call("set_expiry_at", cache.set_expiry_at(SystemTime::now() + HOUR)).await?;
                caller.check("set_expiry_at", &set, &some);
                self.expires = some;
            }
            _ => {
                let persisted = caller.call("persist", cache.persist()).await?;
                caller.check("persist", &persisted, &self.expires);
                self.expires = false;
            }
        }
        Some(())
    }

    fn compare(&self, operation: &str, answer: Option<BTreeMap<u64, u64>>) {
        if let Some(answer) = answer {
            self.caller.check(operation, &answer, &self.entries);
        }
    }
}
