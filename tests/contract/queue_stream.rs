use futures_util::{StreamExt, TryStreamExt};
use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Raw, RawBytes, contract};

use crate::kind;
use crate::queue_kind::{ByHand, Queue, Way, soon, turns};

fn jobs(session: &RedisSession) -> RedisQueue<u64> {
    RedisQueue::new("jobs").on(session)
}

contract! {
    async fn a_stream_gives_what_is_there_and_waits_for_more(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        let mut stream = jobs.stream();
        assert_eq!(stream.try_next().await?, Some(1));
        assert_eq!(jobs.len().await?, 1, "items are taken one by one");
        assert_eq!(stream.try_next().await?, Some(2));
        let mut more = ByHand::new(async move { stream.try_next().await });
        assert!(more.poll().is_pending());
        turns(100).await;
        assert!(more.poll().is_pending(), "there is nothing yet");
        jobs.put(3).await?;
        assert_eq!(more.finish().await?, Some(3));
        Ok(())
    }

    async fn a_drain_ends_when_there_is_nothing(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!(jobs.drain().try_next().await?, None);
        jobs.put_many([1, 2, 3]).await?;
        let mut drain = jobs.drain();
        assert_eq!(drain.by_ref().take(2).try_collect::<Vec<_>>().await?, [1, 2]);
        jobs.put(4).await?;
        assert_eq!(drain.by_ref().try_collect::<Vec<_>>().await?, [3, 4]);
        jobs.put(5).await?;
        assert_eq!(drain.try_next().await?, None, "it has ended");
        assert_eq!(jobs.len().await?, 1);
        Ok(())
    }

    async fn two_streams_share_the_items(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let (one, other) = (tokio::spawn(jobs.stream().take(50).try_collect()), jobs.stream().take(50).try_collect());
        jobs.put_many(0..100).await?;
        let (mut one, mut other): (Vec<u64>, Vec<u64>) = (soon(one).await.unwrap()?, soon(other).await?);
        assert!(one.is_sorted() && other.is_sorted());
        one.append(&mut other);
        one.sort_unstable();
        assert_eq!(one, (0..100).collect::<Vec<u64>>());
        Ok(())
    }

    async fn a_task_stream_gives_tasks(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
        jobs.put_many([1, 2, 3]).await?;
        let task = jobs.stream().try_next().await?.expect("a stream does not end");
        let tasks: Vec<_> = jobs.drain().try_collect().await?;
        assert_eq!((*task.value(), tasks.len(), jobs.pending().await?), (1, 2, vec![1, 2, 3]));
        for task in tasks.into_iter().chain([task]) {
            task.finalize().await?;
        }
        assert_eq!(jobs.pending().await?, [0; 0]);
        Ok(())
    }

    async fn an_unreadable_item_is_not_the_end(session: RedisSession) -> rediscache::Result<()> {
        let queue = |name| RedisQueue::<u64>::new(name).on(&session);
        for (name, mut stream) in [("a", queue("a").stream()), ("b", queue("b").drain())] {
            let raw = RedisQueue::<RawBytes, Raw>::new(name).on(&session);
            raw.put_many(["i|1", "s|x", "i|2"].map(RawBytes::from)).await?;
            assert_eq!(stream.try_next().await?, Some(1));
            let error = stream.try_next().await.unwrap_err();
            assert_eq!((error.kind(), error.namespace()), (ErrorKind::Decode, Some(name)));
            assert_eq!(stream.try_next().await?, Some(2), "it goes on");
        }
        Ok(())
    }

    async fn a_closed_session_is_the_end(session: RedisSession) -> rediscache::Result<()> {
        for queue in Queue::both(&session) {
            queue.put_many([1]).await;
        }
        let jobs = jobs(&session);
        let mut streams = [("stream", jobs.stream()), ("drain", jobs.drain())];
        session.close().await?;
        for (name, stream) in &mut streams {
            let error = stream.try_next().await.unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Closed, *name));
            assert_eq!(stream.try_next().await?, None, "it has ended");
        }
        for queue in Queue::both(&session) {
            assert_eq!(kind(queue.ask(Way::Stream).await), ErrorKind::Closed);
        }
        Ok(())
    }
}
