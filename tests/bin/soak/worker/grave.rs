//! Tasks of one's own that fail until they are dead letters.

use std::time::Duration;

use rediscache::{RedisTask, RedisTaskQueue, TaskError};
use support::values;

use super::caller::Caller;

pub(super) async fn work(mut caller: Caller) {
    while caller.goes_on().await {
        let name = format!("graves.{}", caller.fresh());
        let queue = RedisTaskQueue::with_namespace(name).max_attempts(2).on(&caller.session);
        // Until the first answer that is lost; then another one is dug.
        while bury(&mut caller, &queue).await.is_some() && caller.goes_on().await {}
    }
}

async fn bury(caller: &mut Caller, queue: &RedisTaskQueue<u64>) -> Option<()> {
    let task = caller.fresh();
    caller.call("put", queue.put(task)).await?;
    for attempt in 1..3 {
        fail(caller, queue, task, attempt).await?;
    }
    let dead = caller.call("dead", values(queue.dead())).await?;
    caller.check("dead", &dead, &vec![task]);
    if caller.random.percent(50) {
        let cleared = caller.call("clear_dead", queue.clear_dead()).await?;
        caller.check("clear_dead", &cleared, &1);
    } else {
        let requeued = caller.call("requeue_dead", queue.requeue_dead()).await?;
        caller.check("requeue_dead", &requeued, &1);
        let task = take(caller, queue, task, 1).await?;
        caller.call("finalize", async { task.finalize().await.map_err(TaskError::into_error) }).await?;
    }
    let left = caller.call("len", queue.len()).await?;
    caller.check("len", &left, &0);
    Some(())
}

async fn fail(caller: &Caller, queue: &RedisTaskQueue<u64>, task: u64, attempt: u32) -> Option<()> {
    let task = take(caller, queue, task, attempt).await?;
    caller.call("reschedule", async { task.reschedule().await.map_err(TaskError::into_error) }).await
}

async fn take(caller: &Caller, queue: &RedisTaskQueue<u64>, expected: u64, attempt: u32) -> Option<RedisTask<u64>> {
    let wait = Duration::from_secs(3);
    let task = caller.call_within("get_timeout", wait, queue.get_timeout(wait)).await?;
    let found = task.as_ref().map(|task| (**task, task.attempt()));
    caller.check("get_timeout", &found, &Some((expected, attempt)));
    task
}
