//! What arrives for nobody goes back to the end it came from, in its order.

use rediscache::{RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::queue_kind::{ByHand, Queue, Way, soon, turns};
use crate::queue_store::list;

/// So many futures, each of which has got an item and not looked at it.
async fn arrived(queue: &Queue, count: u32) -> Vec<ByHand<rediscache::Result<Option<crate::queue_kind::Got>>>> {
    let mut line: Vec<_> = (0..count).map(|_| ByHand::new(queue.ask(Way::Get))).collect();
    for one in &mut line {
        assert!(one.poll().is_pending());
    }
    turns(20).await;
    queue.put_many(0..count).await;
    for one in &line {
        one.woken().await;
    }
    line
}

contract! {
    async fn they_come_out_in_the_order_they_went_in(session: RedisSession) {
        for queue in Queue::both(&session) {
            let line = arrived(&queue, 10).await;
            queue.put_many(10..12).await;
            drop(line);
            queue.holds(0..12, "dropped first to last").await;
        }
    }

    async fn it_does_not_matter_who_leaves_first(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut line = arrived(&queue, 10).await;
            queue.put_many(10..12).await;
            line.reverse();
            drop(line);
            queue.holds(0..12, "dropped last to first").await;

            let mut line = arrived(&queue, 10).await;
            for place in [3, 7, 0, 4, 1, 1, 2, 0, 1, 0] {
                drop(line.remove(place));
            }
            queue.holds(0..10, "dropped in any order").await;
        }
    }

    async fn those_who_stay_get_them_first(session: RedisSession) {
        for queue in Queue::both(&session) {
            let line = arrived(&queue, 5).await;
            let mut staying: Vec<_> = (0..3).map(|_| ByHand::new(queue.ask(Way::Get))).collect();
            for one in &mut staying {
                assert!(one.poll().is_pending());
            }
            drop(line);
            for (item, one) in (0..).zip(staying) {
                assert_eq!(soon(one.finish()).await.unwrap().unwrap().settle().await, item);
            }
            queue.holds(3..5, "the rest").await;
        }
    }

    async fn the_lists_are_as_they_were(session: RedisSession) {
        for (queue, name) in Queue::both(&session).into_iter().zip(["plain", "task"]) {
            drop(arrived(&queue, 4).await);
            // Behind what goes back, in the same line.
            assert!(queue.ask(Way::TryGet).await.unwrap().unwrap().settle().await == 0);
            assert_eq!(list(&session, name).await, ["i|3", "i|2", "i|1"]);
            assert_eq!(list(&session, "task$pending").await, [""; 0]);
            queue.holds(1..4, "the rest").await;
        }
    }

    /// Each is asked for while the answer to one that was dropped is on its way.
    async fn one_who_drops_every_other_call_gets_them_in_order(session: RedisSession) {
        for queue in Queue::both(&session) {
            queue.put_many(0..100).await;
            for item in 0..100 {
                let mut gone = ByHand::new(queue.ask(Way::Get));
                let got = match gone.poll() {
                    std::task::Poll::Ready(got) => got,
                    std::task::Poll::Pending => {
                        turns(item as usize % 5).await;
                        drop(gone);
                        soon(queue.ask(Way::Get)).await
                    }
                };
                assert_eq!(got.unwrap().unwrap().settle().await, item);
            }
        }
    }

    async fn ten_thousand_go_back(session: RedisSession) -> rediscache::Result<()> {
        let plain = RedisQueue::<u32>::new("plain").on(&session);
        let tasks = RedisTaskQueue::<u32>::new("task").on(&session);
        for queue in Queue::both(&session) {
            drop(arrived(&queue, 10_000).await);
            for item in 0..3 {
                assert_eq!(soon(queue.ask(Way::Get)).await?.unwrap().settle().await, item);
            }
        }
        assert_eq!((plain.len().await?, tasks.len().await?), (9_997, 9_997));
        assert_eq!(tasks.pending().await?, [0; 0]);
        Ok(())
    }

    async fn a_small_item_and_a_large_one_go_back(session: RedisSession) -> rediscache::Result<()> {
        let texts = RedisQueue::<String>::new("texts").on(&session);
        let large = "x".repeat(1 << 20);
        let mut line = [ByHand::new(texts.get()), ByHand::new(texts.get())];
        for one in &mut line {
            assert!(one.poll().is_pending());
        }
        texts.put_many(["", &large]).await?;
        for one in &line {
            one.woken().await;
        }
        drop(line);
        assert_eq!(soon(texts.get()).await?, "");
        assert!(soon(texts.get()).await? == large);
        Ok(())
    }
}
