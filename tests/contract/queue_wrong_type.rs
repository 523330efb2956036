//! The key holds a hash: whoever uses it as a queue is told, and it stays.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_util::{StreamExt, TryFutureExt};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::queue_kind::soon;

type Call = Pin<Box<dyn Future<Output = rediscache::Result<()>> + Send>>;

const HOUR: Duration = Duration::from_secs(3600);

fn call<T: 'static>(operation: impl Future<Output = rediscache::Result<T>> + Send + 'static) -> Call {
    Box::pin(operation.map_ok(drop))
}

macro_rules! calls {
    ($queue:ident: $($method:ident($($argument:expr),*))*) => {
        vec![$((stringify!($method), call($queue.$method($($argument),*)))),*]
    };
}

/// What both kinds of queues have, by name.
macro_rules! shared_calls {
    ($queue:ident) => {{
        let then = SystemTime::now() + HOUR;
        let mut calls = calls! { $queue:
            put(1) put_many([1, 2]) get() get_timeout(HOUR) get_timeout(Duration::ZERO) try_get() len() is_empty()
            clear() set_expiry(HOUR) set_expiry(Duration::ZERO) set_expiry_at(then)
            set_expiry_at(SystemTime::UNIX_EPOCH) expiry() persist()
        };
        for (name, mut stream) in [("stream", $queue.stream()), ("drain", $queue.drain())] {
            calls.push((name, call(async move { stream.next().await.unwrap() })));
        }
        calls
    }};
}

/// What else may be at the key of the queues here.
fn hash(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("jobs").on(session)
}

async fn all_refuse(session: &RedisSession, calls: Vec<(&'static str, Call)>) -> rediscache::Result<()> {
    let hash = hash(session);
    hash.set(1, 10).await?;
    for (method, call) in calls {
        let error = soon(call).await.expect_err(method);
        assert_eq!(error.kind(), ErrorKind::WrongType, "{method}: {error}");
        assert_eq!((error.operation(), error.namespace()), (method, Some("jobs")));
        assert!(!error.is_retryable());
        assert_eq!(hash.items().await?, [(1, 10)], "{method} changed it");
        assert_eq!(hash.expiry().await?, None, "{method} changed it");
    }
    Ok(())
}

contract! {
    async fn every_method_of_a_queue_refuses(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisQueue::<u64>::new("jobs").on(&session);
        all_refuse(&session, shared_calls!(jobs)).await
    }

    async fn every_method_of_a_task_queue_refuses(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
        let mut calls = shared_calls!(jobs);
        calls.extend(calls! { jobs:
            put_after(1, HOUR) put_after(1, Duration::ZERO)
            put_at(1, SystemTime::now() + HOUR) put_at(1, SystemTime::UNIX_EPOCH)
        });
        all_refuse(&session, calls).await?;
        assert_eq!(jobs.delayed_len().await?, 0, "what was refused is not kept");
        Ok(())
    }

    async fn a_queue_goes_on_when_the_key_is_free_again(session: RedisSession) -> rediscache::Result<()> {
        let (jobs, hash) = (RedisQueue::<u64>::new("jobs").on(&session), hash(&session));
        hash.set(1, 10).await?;
        assert!(jobs.get().await.is_err());
        hash.clear().await?;
        jobs.put(1).await?;
        assert_eq!(jobs.get().await?, 1);
        Ok(())
    }

    /// What cannot go back to the queue stays where it is.
    async fn a_held_task_is_not_lost(session: RedisSession) -> crate::task_worker::Outcome {
        let (jobs, hash) = (RedisTaskQueue::<u64>::new("jobs").on(&session), hash(&session));
        jobs.put(7).await?;
        let task = jobs.get().await?;
        hash.set(1, 10).await?;
        let refused = task.reschedule().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::WrongType);
        assert_eq!(jobs.pending().await?, [7], "it stays pending");
        assert_eq!(jobs.reschedule_pending(7).await.unwrap_err().kind(), ErrorKind::WrongType);
        assert_eq!(jobs.reschedule_all_pending().await.unwrap_err().kind(), ErrorKind::WrongType);
        assert_eq!(jobs.pending().await?, [7], "it stays pending");

        hash.clear().await?;
        refused.into_task().reschedule().await?;
        let task = jobs.get().await?;
        assert_eq!((*task, task.attempt()), (7, 2));
        task.finalize().await?;
        Ok(())
    }

    async fn a_delayed_task_is_not_lost(session: RedisSession) -> crate::task_worker::Outcome {
        let (jobs, hash) = (RedisTaskQueue::<u64>::new("jobs").on(&session), hash(&session));
        jobs.put_after(7, Duration::from_millis(5)).await?;
        hash.set(1, 10).await?;
        crate::queue_kind::until(async || jobs.delayed_len().await.map_or(true, |delayed| delayed == 0)).await;
        assert_eq!(jobs.try_get().await.unwrap_err().kind(), ErrorKind::WrongType);
        hash.clear().await?;
        assert_eq!(*soon(jobs.get()).await?, 7);
        Ok(())
    }
}
