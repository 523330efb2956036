//! The lists of a task queue, step by step, against what was recorded from async-rediscache.

use rediscache::{RedisSession, RedisTaskQueue};
use serde::Deserialize;
use serde_json::Value;
use support::contract;

use crate::golden_file::rows;
use crate::queue_store::list;

#[derive(Debug, Deserialize)]
struct Step {
    after: String,
    q: Vec<String>,
    #[serde(rename = "q$w_pending")]
    pending: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct PendingKey {
    object: String,
    client_identifier: Value,
    pending_key: String,
}

async fn compare(session: &RedisSession, step: &Step, after: &str) {
    assert_eq!(step.after, after);
    assert_eq!(list(session, "q").await, step.q, "{after}");
    assert_eq!(list(session, "q$w_pending").await, step.pending, "{after}");
}

contract! {
    async fn the_lists_are_those_of_python_after_each_step(session: RedisSession) -> crate::task_worker::Outcome {
        let steps = rows::<Step>("task_queue_steps");
        let queue = RedisTaskQueue::<i64>::new("q").client_identifier("w").on(&session);
        for item in 1..=4 {
            queue.put(item).await?;
        }
        let (one, two) = (queue.get().await?, queue.get().await?);
        compare(&session, &steps[0], "put 1,2,3,4; get; get").await;

        one.reschedule().await?;
        compare(&session, &steps[1], "task 1 .reschedule()").await;

        assert_eq!(queue.reschedule_all_pending().await?, 1);
        compare(&session, &steps[2], "reschedule_all_pending_client_tasks() -> 1").await;
        drop(two);

        let two = queue.get().await?;
        assert_eq!(*two, 2);
        two.finalize().await?;
        compare(&session, &steps[3], "get; finalize (value 2)").await;
        assert_eq!(steps.len(), 4);
        Ok(())
    }

    async fn the_pending_keys_are_those_of_python(session: RedisSession) -> crate::task_worker::Outcome {
        let mut count = 0;
        for row in rows::<Value>("keys_in_redis") {
            let Ok(row) = serde_json::from_value::<PendingKey>(row) else { continue };
            assert_eq!(row.object, "RedisTaskQueue(namespace='q')");
            let mut queue = RedisTaskQueue::<u64>::new("q").on(&session);
            match &row.client_identifier {
                Value::Null => {}
                Value::String(name) => queue = queue.client_identifier(name.clone()),
                other => queue = queue.client_identifier(other.to_string()),
            }
            queue.put(count).await?;
            let task = queue.get().await?;
            assert_eq!(list(&session, &row.pending_key).await, [format!("i|{count}")], "{row:?}");
            assert_eq!(queue.pending().await?, [count]);
            task.finalize().await?;
            assert_eq!(list(&session, &row.pending_key).await, [""; 0]);
            count += 1;
        }
        assert_eq!(count, 4);
        Ok(())
    }
}
