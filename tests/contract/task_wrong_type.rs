use rediscache::{ErrorKind, RedisCache, RedisSession, RedisTaskQueue};
use support::contract;

fn tasks(session: &RedisSession) -> RedisTaskQueue<u64> {
    RedisTaskQueue::new("tasks").on(session)
}

contract! {
    async fn a_pending_list_that_is_none_costs_no_task(session: RedisSession) -> rediscache::Result<()> {
        let tasks = tasks(&session);
        tasks.put(1).await?;
        let hash = RedisCache::<u64, u64>::new("tasks$pending").on(&session);
        hash.set(1, 1).await?;
        assert_eq!(tasks.try_get().await.map(drop).map_err(|error| error.kind()), Err(ErrorKind::WrongType));
        hash.clear().await?;
        assert_eq!(tasks.get().await?.value(), &1);
        Ok(())
    }

    async fn a_queue_that_is_none_costs_no_rescheduled_task(session: RedisSession) -> rediscache::Result<()> {
        let tasks = tasks(&session);
        tasks.put(1).await?;
        let task = tasks.get().await?;
        let hash = RedisCache::<u64, u64>::new("tasks").on(&session);
        hash.set(1, 1).await?;
        let refused = task.reschedule().await.expect_err("it is a hash");
        assert_eq!(refused.kind(), ErrorKind::WrongType);
        hash.clear().await?;
        refused.into_task().reschedule().await.expect("it is a list again");
        assert_eq!(tasks.get().await?.attempt(), 2);
        Ok(())
    }

    async fn a_task_error_names_the_namespace_without_the_global_one(session: RedisSession) -> rediscache::Result<()> {
        let tasks = tasks(&session);
        tasks.put(1).await?;
        let task = tasks.get().await?;
        tasks.reschedule_all_pending().await?;
        let refused = task.finalize().await.expect_err("it is not pending");
        assert_eq!((refused.error().operation(), refused.error().namespace()), ("finalize", Some("tasks")));
        Ok(())
    }
}
