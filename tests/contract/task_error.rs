//! A task that could not be settled comes back with the reason.

use rediscache::{ErrorKind, RedisSession, RedisTaskQueue, TaskError};
use support::contract;

use crate::task_worker::Jobs;

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

/// Refusals of both methods, of tasks of this value.
async fn refusals(jobs: &Jobs, value: u64) -> [(TaskError<u64>, &'static str); 2] {
    jobs.put_many([value, value]).await.unwrap();
    let (one, other) = (jobs.get().await.unwrap(), jobs.get().await.unwrap());
    jobs.reschedule_all_pending().await.unwrap();
    [(one.finalize().await.unwrap_err(), "finalize"), (other.reschedule().await.unwrap_err(), "reschedule")]
}

contract! {
    async fn it_says_what_failed_and_where(session: RedisSession) {
        for (refused, method) in refusals(&jobs(&session), 7).await {
            assert_eq!(refused.kind(), ErrorKind::TaskNotPending);
            let text = refused.to_string();
            assert!(text.starts_with(&format!("{method} on `jobs` failed: ")), "{text}");
            let task = refused.into_task();
            assert_eq!((*task, task.attempt()), (7, 1));
        }
    }

    async fn it_becomes_the_error_by_a_question_mark(session: RedisSession) {
        async fn work(jobs: &Jobs) -> rediscache::Result<()> {
            jobs.put(7).await?;
            let task = jobs.get().await?;
            jobs.reschedule_all_pending().await?;
            task.finalize().await?;
            Ok(())
        }
        let error = work(&jobs(&session)).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::TaskNotPending, "finalize"));
    }

    async fn it_never_shows_the_value(session: RedisSession) {
        for (refused, _) in refusals(&jobs(&session), 271_828_182_845).await {
            let mut texts = vec![format!("{refused:?}"), format!("{refused:#?}")];
            let mut next: Option<&dyn std::error::Error> = Some(&refused);
            while let Some(error) = next {
                texts.extend([error.to_string(), format!("{error:?}")]);
                next = error.source();
            }
            assert!(texts.iter().all(|text| !text.contains("271828182845")), "{texts:?}");
        }
    }

    async fn its_sources_are_not_repeated(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        let task = jobs.get().await?;
        session.close().await?;
        let closed = task.finalize().await.unwrap_err();
        let mut texts = Vec::new();
        let mut next: Option<&dyn std::error::Error> = Some(&closed);
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
        for (place, text) in texts.iter().enumerate() {
            assert!(texts[..place].iter().all(|above| !above.contains(text)), "{texts:?}");
        }
        Ok(())
    }

    async fn it_goes_through_the_question_mark(session: RedisSession) {
        async fn finish(jobs: &Jobs) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            let task = jobs.get().await?;
            jobs.reschedule_all_pending().await?;
            task.finalize().await?;
            Ok(())
        }
        let jobs = jobs(&session);
        jobs.put(7).await.unwrap();
        let error = finish(&jobs).await.unwrap_err();
        assert!(error.downcast_ref::<TaskError<u64>>().is_some_and(|error| error.kind() == ErrorKind::TaskNotPending));
    }

    async fn a_refused_task_holds_nothing_up(session: RedisSession) -> Result<(), Box<dyn std::error::Error>> {
        let jobs = jobs(&session);
        let _refused = refusals(&jobs, 7).await;
        for _ in 0..2 {
            let task = jobs.get().await?;
            assert_eq!((*task, task.attempt()), (7, 2));
            task.finalize().await?;
        }
        Ok(())
    }
}
