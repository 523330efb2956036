//! Makes so many calls: `counting URL OPERATION CALLERS CALLS`. `run` counts the instructions that they take.

use futures_util::future::join_all;
use rediscache::{RedisCache, RedisQueue, RedisSession};

const KEYS: u64 = 1_000;
const VALUE: &str = "a topic of usual length";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, operation, callers, calls] = &arguments[..] else { panic!("counting URL OPERATION CALLERS CALLS") };
    let (callers, calls): (u64, u64) = (callers.parse().unwrap(), calls.parse().unwrap());
    // On one thread: how often threads wake each other changes from run to run.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = RedisSession::connect(url).await.unwrap();
        let (names, queue) = (RedisCache::new("names").on(&session), RedisQueue::new("queue").on(&session));
        names.replace_all((0..KEYS).map(|key| (key, VALUE))).await.unwrap();
        queue.clear().await.unwrap();
        join_all((0..callers).map(|_| make(operation, calls / callers, &names, &queue))).await;
    });
}

async fn make(operation: &str, calls: u64, names: &RedisCache<u64, String>, queue: &RedisQueue<u64>) {
    for call in 0..calls {
        let key = call % KEYS;
        match operation {
            "get" => assert!(names.get(key).await.unwrap().is_some()),
            "set" => names.set(key, VALUE).await.unwrap(),
            "put" => queue.put(key).await.unwrap(),
            _ => panic!("there is no {operation}"),
        }
    }
}
