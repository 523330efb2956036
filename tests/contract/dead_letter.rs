//! Dead letters one at a time, of both kinds of queues.

use std::error::Error as _;

use futures_util::{StreamExt, TryStreamExt};
use rediscache::{DeadLetter, DeadLetters, ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Raw, RawBytes, contract, values};

use crate::kind;
use crate::queue_kind::{abandon, soon};
use crate::queue_store::list;
use crate::shapes::{Level, positional};

/// A queue of either kind.
pub(crate) enum Queue {
    Plain(RedisQueue<u64>),
    Task(RedisTaskQueue<u64>),
}

macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty)?) -> $result:ty;)*) => {
        impl Queue {$(
            pub(crate) fn $name(&self, $($argument: $type)?) -> $result {
                match self {
                    Self::Plain(queue) => queue.$name($($argument)?),
                    Self::Task(queue) => queue.$name($($argument)?),
                }
            }
        )*}
    };
}

forward! {
    dead() -> DeadLetters<u64>;
    dead_len() -> rediscache::Operation<u64>;
    requeue_one(letter: &DeadLetter<u64>) -> rediscache::Operation<bool>;
    delete_one(letter: &DeadLetter<u64>) -> rediscache::Operation<bool>;
    requeue_dead() -> rediscache::Operation<u64>;
    clear_dead() -> rediscache::Operation<u64>;
    len() -> rediscache::Operation<u64>;
}

/// One of each kind.
pub(crate) fn both(session: &RedisSession) -> [(&'static str, &'static str, Queue); 2] {
    let (plain, task) = (RedisQueue::new("plain").on(session), RedisTaskQueue::new("task").on(session));
    [("plain", "plain$dead", Queue::Plain(plain)), ("task", "task$dead", Queue::Task(task))]
}

pub(crate) fn raw(session: &RedisSession, name: &'static str) -> RedisQueue<RawBytes, Raw> {
    RedisQueue::new(name).on(session)
}

/// Makes dead letters of these.
pub(crate) async fn bury(session: &RedisSession, name: &'static str, letters: impl IntoIterator<Item = u64>) {
    RedisQueue::<u64>::new(name).on(session).put_many(letters).await.unwrap();
}

async fn first(queue: &Queue) -> DeadLetter<u64> {
    queue.dead().next().await.expect("there is one").unwrap()
}

contract! {
    async fn one_that_cannot_be_read_tells_why_and_is_not_the_end(session: RedisSession) -> rediscache::Result<()> {
        let shapeless = b"\x02\x01shape of nobody";
        for (name, dead, queue) in both(&session) {
            let items = [&b"i|1"[..], b"s|x", b"", shapeless, b"i|2"];
            raw(&session, dead).put_many(items.map(RawBytes::from)).await?;
            let letters: Vec<_> = queue.dead().try_collect().await?;
            assert!(letters.iter().map(DeadLetter::bytes).eq(items), "{name}");
            let read: Vec<_> = letters.iter().map(|letter| letter.value().ok().copied()).collect();
            assert_eq!(read, [Some(1), None, None, None, Some(2)], "{name}");
            for letter in letters.into_iter().filter(|letter| letter.value().is_err()) {
                assert!(!format!("{letter:?}").contains("nobody"), "{letter:?}");
                let error = letter.into_value().unwrap_err();
                assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "dead"));
                assert_eq!(error.namespace(), Some(name));
                assert_eq!(error.to_string(), format!("dead on `{name}` failed: the dead letter cannot be read as `u64`"));
                let source = error.source().expect("it says why").to_string();
                assert!(!source.starts_with(' ') && !source.contains("left where it is"), "{source}");
            }
        }
        Ok(())
    }

    async fn one_whose_shape_is_gone_or_cannot_be_looked_up_is_a_letter(session: RedisSession) -> rediscache::Result<()> {
        let jobs = RedisTaskQueue::<Level>::new("task").on(&session);
        raw(&session, "task$dead").put_many([positional(0x0102_0304, &[7]), positional(0x0102_0305, &[7])].map(RawBytes)).await?;
        let unreadable = async || {
            let letters: Vec<_> = jobs.dead().try_collect().await?;
            assert_eq!(letters.len(), 2);
            Ok::<_, rediscache::Error>(letters.iter().all(|letter| letter.value().is_err_and(|error| error.kind() == ErrorKind::Decode)))
        };
        assert!(unreadable().await?);
        // Of another type, the hash of shapes is no use to anyone.
        let key = format!("{}.$shapes", session.global_namespace());
        let list = RedisQueue::<u64>::with_namespace(key).without_global_namespace().on(&session);
        list.put(1).await?;
        assert!(unreadable().await?);
        Ok(())
    }

    async fn one_is_requeued_behind_the_others_once(session: RedisSession) -> rediscache::Result<()> {
        for (name, dead, queue) in both(&session) {
            bury(&session, dead, [1, 2, 3]).await;
            raw(&session, name).put(RawBytes::from("i|9")).await?;
            let letters: Vec<_> = queue.dead().try_collect().await?;
            assert!(queue.requeue_one(&letters[1]).await?);
            assert!(!queue.requeue_one(&letters[1]).await?, "it is not there any more");
            assert!(!queue.delete_one(&letters[1]).await?);
            assert_eq!((values(queue.dead()).await?, queue.len().await?), (vec![1, 3], 2));
            assert_eq!(list(&session, name).await, ["i|2", "i|9"]);
        }
        Ok(())
    }

    async fn one_is_deleted_and_the_others_stay(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            bury(&session, dead, [1, 2, 3]).await;
            let letters: Vec<_> = queue.dead().try_collect().await?;
            assert!(queue.delete_one(&letters[2]).await?);
            assert!(!queue.delete_one(&letters[2]).await?);
            assert_eq!((values(queue.dead()).await?, queue.len().await?), (vec![1, 2], 0));
        }
        Ok(())
    }

    async fn of_equal_ones_the_oldest_goes(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            bury(&session, dead, [7, 1, 7, 2]).await;
            let letter = first(&queue).await;
            assert!(queue.requeue_one(&letter).await?);
            assert_eq!(values(queue.dead()).await?, [1, 7, 2]);
            assert!(queue.delete_one(&letter).await?);
            assert_eq!(values(queue.dead()).await?, [1, 2]);
        }
        Ok(())
    }

    async fn a_letter_that_cannot_be_read_goes_back_as_it_is(session: RedisSession) -> rediscache::Result<()> {
        for (name, dead, queue) in both(&session) {
            let bytes = RawBytes::from(&b"\xff\0:|\r\n"[..]);
            raw(&session, dead).put(&bytes).await?;
            let letter = first(&queue).await;
            assert!(letter.value().is_err() && queue.requeue_one(&letter).await?);
            assert!(raw(&session, name).get().await? == bytes);
        }
        Ok(())
    }

    async fn a_dropped_call_leaves_the_letter_dead_or_back(session: RedisSession) -> rediscache::Result<()> {
        for (name, dead, queue) in both(&session) {
            for (polls, steps) in (1..=3).flat_map(|polls| [0, 1, 3, 10, 60, 150].map(|steps| (polls, steps))) {
                bury(&session, dead, [1, 2]).await;
                let letter = first(&queue).await;
                abandon(queue.requeue_one(&letter), polls, steps).await.transpose()?;
                // On the same way to the store, so that it comes after.
                let left = values(queue.dead()).await?;
                let waits = list(&session, name).await;
                assert!((left == [1, 2] && waits.is_empty()) || (left == [2] && waits == ["i|1"]), "{polls} {steps}");
                abandon(queue.requeue_dead(), polls, steps).await.transpose()?;
                let count = queue.dead_len().await?;
                assert!(count == 0 || count == left.len() as u64, "{polls} {steps}");
                assert_eq!(queue.len().await? + count, 2, "{polls} {steps}");
                queue.clear_dead().await?;
                raw(&session, name).clear().await?;
            }
        }
        Ok(())
    }

    async fn keys_of_another_type_are_told_and_nothing_changes(session: RedisSession) -> rediscache::Result<()> {
        for (name, dead, queue) in both(&session) {
            bury(&session, dead, [1, 2]).await;
            let letter = first(&queue).await;
            let hash = RedisCache::<u64, u64>::with_namespace(name).on(&session);
            hash.set(1, 1).await?;
            assert_eq!(kind(queue.requeue_one(&letter).await), ErrorKind::WrongType);
            assert_eq!(kind(queue.requeue_dead().await), ErrorKind::WrongType);
            assert_eq!((values(queue.dead()).await?, hash.len().await?), (vec![1, 2], 1));
            hash.clear().await?;
            queue.clear_dead().await?;

            bury(&session, name, [5]).await;
            let hash = RedisCache::<u64, u64>::with_namespace(dead).on(&session);
            hash.set(1, 1).await?;
            assert_eq!(kind(queue.dead().next().await.expect("it is told")), ErrorKind::WrongType);
            for refused in [
                queue.requeue_one(&letter).await.map(drop), queue.delete_one(&letter).await.map(drop),
                queue.requeue_dead().await.map(drop), queue.clear_dead().await.map(drop),
                queue.dead_len().await.map(drop),
            ] {
                assert_eq!(kind(refused), ErrorKind::WrongType);
            }
            assert_eq!((queue.len().await?, hash.len().await?), (1, 1));
            hash.clear().await?;
        }
        Ok(())
    }

    async fn those_who_wait_hear_of_one_that_is_requeued(session: RedisSession) -> rediscache::Result<()> {
        for (name, dead, queue) in both(&session) {
            bury(&session, dead, [1]).await;
            let letter = first(&queue).await;
            let waiting = tokio::spawn(raw(&session, name).get());
            crate::queue_kind::turns(10).await;
            assert!(queue.requeue_one(&letter).await?);
            assert!(soon(waiting).await.unwrap()? == RawBytes::from("i|1"));
        }
        Ok(())
    }

    async fn a_plain_queue_takes_up_what_it_could_not_read(session: RedisSession) -> rediscache::Result<()> {
        let (texts, numbers) = (RedisQueue::<String>::new("jobs").on(&session), RedisQueue::<u64>::new("jobs").on(&session));
        texts.put_many(["one", "two"]).await?;
        for _ in 0..2 {
            assert_eq!(kind(numbers.get().await), ErrorKind::Decode);
        }
        crate::queue_kind::until(async || numbers.dead_len().await.unwrap() == 2).await;
        assert_eq!(values(texts.dead()).await?, ["one", "two"]);
        assert_eq!(texts.requeue_dead().await?, 2);
        assert_eq!((texts.get().await?, texts.get().await?), ("one".to_owned(), "two".to_owned()));
        Ok(())
    }
}
