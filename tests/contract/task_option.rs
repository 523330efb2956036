use std::time::Duration;

use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisNamespaced, RedisSession, RedisTaskQueue};
use support::{contract, values};

use crate::kind;
use crate::queue_kind::soon;
use crate::queue_store::list;
use crate::task_worker::Jobs;

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

/// All that needs the options.
async fn answers(jobs: &Jobs) -> Vec<(&'static str, rediscache::Result<()>)> {
    vec![
        ("get", jobs.get().await.map(drop)),
        ("get_timeout", jobs.get_timeout(Duration::ZERO).await.map(drop)),
        ("try_get", jobs.try_get().await.map(drop)),
        ("stream", jobs.stream().next().await.unwrap().map(drop)),
        ("drain", jobs.drain().next().await.unwrap().map(drop)),
        ("reschedule_pending", jobs.reschedule_pending(1).await),
        ("reschedule_all_pending", jobs.reschedule_all_pending().await.map(drop)),
        ("put_after", jobs.put_after(1, HOUR).await),
        ("requeue_dead", jobs.requeue_dead().await.map(drop)),
    ]
}

#[derive(RedisNamespaced)]
struct Channel {
    #[rediscache(client_identifier = "w1", recover_after = "5s", max_attempts = 1)]
    reminders: RedisTaskQueue<u64>,
}

contract! {
    async fn unacceptable_ones_are_refused_at_use(session: RedisSession) -> rediscache::Result<()> {
        let unacceptable = [
            jobs(&session).recover_after(Duration::ZERO),
            jobs(&session).recover_after(Duration::from_millis(99)),
            jobs(&session).max_attempts(0),
        ];
        jobs(&session).put(1).await?;
        for jobs in unacceptable {
            for (method, answer) in answers(&jobs).await {
                let error = answer.expect_err(method);
                assert_eq!((error.kind(), error.operation()), (ErrorKind::Config, method), "{jobs:?}");
                assert_eq!(error.namespace(), Some("jobs"));
                assert!(!error.is_retryable());
            }
        }
        assert_eq!((jobs(&session).len().await?, jobs(&session).delayed_len().await?), (1, 0), "nothing was changed");
        Ok(())
    }

    async fn the_least_and_the_most_are_taken(session: RedisSession) -> crate::task_worker::Outcome {
        for silence in [Duration::from_millis(100), HOUR, Duration::MAX] {
            let jobs = jobs(&session).recover_after(silence).max_attempts(u32::MAX);
            jobs.put(1).await?;
            let task = soon(jobs.get()).await?;
            assert!(jobs.get_timeout(Duration::from_millis(10)).await?.is_none());
            task.reschedule().await?;
            let task = jobs.get().await?;
            assert_eq!(task.attempt(), 2);
            task.finalize().await?;
        }
        Ok(())
    }

    async fn any_identifier_is_taken(session: RedisSession) -> crate::task_worker::Outcome {
        for identifier in ["", "w1", "ž€", "a:b", "%d*[x]", "$pending", "\0\r\n", "0123456789abcdef"] {
            let jobs = jobs(&session).client_identifier(identifier);
            jobs.put_many([1, 2]).await?;
            let task = jobs.get().await?;
            assert_eq!(list(&session, format!("jobs${identifier}_pending")).await, ["i|1"], "{identifier:?}");
            assert_eq!(jobs.pending().await?, [1]);
            task.reschedule().await?;
            let _held = (jobs.get().await?, jobs.get().await?);
            assert_eq!(jobs.reschedule_all_pending().await?, 2);
            for _ in 0..2 {
                jobs.get().await?.finalize().await?;
            }
            assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]));
        }
        Ok(())
    }

    async fn an_empty_identifier_is_not_none(session: RedisSession) -> rediscache::Result<()> {
        jobs(&session).put_many([1, 2]).await?;
        let _held = jobs(&session).get().await?;
        let nameless = jobs(&session).client_identifier("");
        assert_eq!(nameless.pending().await?, [0; 0]);
        let _other = nameless.get().await?;
        assert_eq!((jobs(&session).pending().await?, nameless.pending().await?), (vec![1], vec![2]));
        Ok(())
    }

    async fn a_field_declares_them(session: RedisSession) -> crate::task_worker::Outcome {
        let reminders = Channel::reminders().on(&session);
        reminders.put(7).await?;
        let task = reminders.get().await?;
        assert_eq!(list(&session, "Channel.reminders$w1_pending").await, ["i|7"]);
        task.reschedule().await?;
        assert_eq!(values(reminders.dead()).await?, [7]);
        Ok(())
    }

    async fn handles_of_one_client_share_its_tasks(session: RedisSession) -> rediscache::Result<()> {
        jobs(&session).put_many([1, 2]).await?;
        let _held = (jobs(&session).get().await?, jobs(&session).get().await?);
        assert_eq!(jobs(&session).pending().await?, [1, 2]);
        assert_eq!(kind(jobs(&session).client_identifier("x").reschedule_pending(1).await), ErrorKind::TaskNotPending);
        jobs(&session).reschedule_pending(1).await
    }
}
