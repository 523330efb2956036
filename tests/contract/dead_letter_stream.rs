//! The dead letters of both kinds of queues as a stream, whatever becomes of them meanwhile.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use rediscache::{ErrorKind, RedisSession};
use support::{contract, values};

use crate::dead_letter::{both, bury, raw};

contract! {
    async fn they_are_streamed_oldest_first(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            assert_eq!(values(queue.dead()).await?, [0; 0]);
            for length in [1, 199, 200, 201, 400, 1_001] {
                bury(&session, dead, 0..length).await;
                assert!(values(queue.dead()).await?.into_iter().eq(0..length), "{dead} of {length}");
                assert_eq!((queue.dead_len().await?, queue.clear_dead().await?), (length, length), "all stay");
            }
        }
        Ok(())
    }

    /// As whoever looks through them does.
    async fn each_can_be_taken_away_while_they_are_streamed(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            // Which of them stay: all, none, and some.
            for stays in [|_| true, |_| false, |n| n % 2 == 0, |n| n < 250, |n| n >= 250, |n| n % 199 == 0] {
                bury(&session, dead, 0..700).await;
                let (mut seen, mut letters) = (Vec::new(), queue.dead());
                while let Some(letter) = letters.try_next().await? {
                    let number = *letter.value().expect("it is a number");
                    seen.push(number);
                    if !stays(number) {
                        let gone = if number % 3 == 0 { queue.requeue_one(&letter) } else { queue.delete_one(&letter) };
                        assert!(gone.await?, "{number}");
                    }
                }
                assert!(seen.into_iter().eq(0..700), "{dead}");
                assert!(values(queue.dead()).await?.into_iter().eq((0..700).filter(|n| stays(*n))), "{dead}");
                queue.clear_dead().await?;
            }
        }
        Ok(())
    }

    async fn equal_ones_are_all_seen_while_they_are_taken_away(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            bury(&session, dead, [7; 650]).await;
            let (mut count, mut letters) = (0, queue.dead());
            while let Some(letter) = letters.try_next().await? {
                assert!(queue.delete_one(&letter).await?);
                count += 1;
            }
            assert_eq!((count, queue.dead_len().await?), (650, 0));
        }
        Ok(())
    }

    async fn what_others_take_away_hides_none_that_stays(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            for removed in [1, 100, 150, 199, 200, 300] {
                bury(&session, dead, 0..900).await;
                let (mut seen, mut letters) = (Vec::new(), queue.dead());
                while let Some(letter) = letters.try_next().await? {
                    seen.push(letter.into_value()?);
                    if seen.len() == 350 {
                        // The oldest go.
                        raw(&session, dead).drain().take(removed).try_collect::<Vec<_>>().await?;
                    }
                }
                assert!((0..900).filter(|n| *n >= removed as u64).all(|n| seen.contains(&n)), "{removed} of {dead}");
                assert!(seen.len() < 1_400, "{removed} of {dead}: {}", seen.len());
                queue.clear_dead().await?;
            }
        }
        Ok(())
    }

    async fn another_stream_may_take_any_of_them_away(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            for (every, after) in [(2, 300), (3, 10), (7, 550), (50, 201), (1, 450)] {
                bury(&session, dead, 0..900).await;
                let (mut seen, mut letters) = (Vec::new(), queue.dead());
                while let Some(letter) = letters.try_next().await? {
                    seen.push(letter.into_value()?);
                    if seen.len() == after {
                        for other in queue.dead().try_collect::<Vec<_>>().await? {
                            if other.value().is_ok_and(|number| number % every == 0) {
                                assert!(queue.delete_one(&other).await?);
                            }
                        }
                    }
                }
                assert!((0..900).filter(|n| n % every > 0).all(|n| seen.contains(&n)), "{every} {after} of {dead}");
                assert!(seen.is_sorted() && seen.len() <= 900, "{every} {after} of {dead}: {}", seen.len());
                queue.clear_dead().await?;
            }
        }
        Ok(())
    }

    /// So that it ends where each is requeued and fails again at once.
    async fn those_that_come_later_are_not_waited_for(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            bury(&session, dead, 0..450).await;
            let (mut count, mut letters) = (0, queue.dead());
            while let Some(letter) = letters.try_next().await? {
                assert!(queue.delete_one(&letter).await?);
                bury(&session, dead, [letter.into_value()?]).await;
                count += 1;
            }
            assert_eq!((count, queue.dead_len().await?), (450, 450));
            queue.clear_dead().await?;
        }
        Ok(())
    }

    async fn a_dropped_next_loses_no_letter(session: RedisSession) -> rediscache::Result<()> {
        for (_, dead, queue) in both(&session) {
            bury(&session, dead, 0..450).await;
            let (mut seen, mut letters) = (Vec::new(), queue.dead());
            loop {
                match letters.next().now_or_never() {
                    Some(Some(letter)) => seen.push(letter?.into_value()?),
                    Some(None) => break,
                    None => tokio::task::yield_now().await,
                }
            }
            assert!(seen.into_iter().eq(0..450), "{dead}");
        }
        Ok(())
    }

    async fn a_page_that_cannot_be_fetched_is_one_error_and_the_end(session: RedisSession) -> rediscache::Result<()> {
        let [(_, dead, queue), _] = both(&session);
        bury(&session, dead, 0..250).await;
        let mut letters = queue.dead();
        letters.next().await.expect("there are some")?;
        session.close().await?;
        let rest: Vec<_> = letters.by_ref().collect().await;
        assert_eq!(rest.len(), 200, "those of the page, and the error");
        let error = rest.into_iter().last().and_then(Result::err).expect("the last one");
        assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Closed, "dead", Some("plain")));
        assert!(letters.next().await.is_none());
        Ok(())
    }
}
