//! Dropping a future that gets, at any point, neither loses nor doubles an item.

use rediscache::RedisSession;
use support::contract;

use crate::queue_kind::{ByHand, Queue, Way, abandon, turns};
use crate::queue_store::WAITING;

/// How many turns the runtime takes after each poll: on a server, an answer takes tens of them.
const STEPS: [usize; 14] = [0, 1, 2, 3, 4, 5, 7, 10, 15, 25, 40, 70, 120, 250];

/// More polls than any future of these needs.
const POLLS: usize = 5;

async fn rest(got: Option<crate::queue_kind::Got>) -> u32 {
    match got {
        None => 1,
        Some(got) => 1 + got.settle().await,
    }
}

contract! {
    async fn dropped_after_any_number_of_polls_with_items_there(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut ready = 0;
            for (way, polls) in Way::ALL.into_iter().flat_map(|way| (0..=POLLS).map(move |polls| (way, polls))) {
                for steps in STEPS {
                    queue.put_many(1..=3).await;
                    let got = abandon(queue.ask(way), polls, steps).await.map(|got| got.unwrap().unwrap());
                    ready += usize::from(got.is_some());
                    queue.holds(rest(got).await..=3, (way, polls, steps)).await;
                }
            }
            assert!(ready > 0, "all were dropped");
        }
    }

    async fn dropped_after_any_number_of_polls_while_items_arrive(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut ready = 0;
            for (way, polls) in WAITING.into_iter().flat_map(|way| (0..=POLLS).map(move |polls| (way, polls))) {
                for steps in STEPS {
                    let mut waiting = ByHand::new(queue.ask(way));
                    assert!(waiting.poll().is_pending());
                    turns(steps).await;
                    queue.put_many(1..=3).await;
                    let got = abandon(Box::pin(waiting.finish()), polls, steps).await.map(|got| got.unwrap().unwrap());
                    ready += usize::from(got.is_some());
                    queue.holds(rest(got).await..=3, (way, polls, steps)).await;
                }
            }
            assert!(ready > 0, "all were dropped");
        }
    }

    /// Each poll but the first has a reason, so that every await is reached however long the server takes.
    async fn dropped_after_each_wake(session: RedisSession) {
        for (queue, way) in Queue::both(&session).iter().flat_map(|queue| Way::ALL.map(|way| (queue, way))) {
            for polls in 1.. {
                queue.put_many(1..=3).await;
                let mut future = ByHand::new(queue.ask(way));
                let mut got = None;
                for poll in 1..=polls {
                    if let std::task::Poll::Ready(output) = future.poll() {
                        got = output.unwrap();
                        break;
                    }
                    future.woken().await;
                    assert!(poll < 10, "{way:?} is woken and not ready, again and again");
                }
                drop(future);
                let done = got.is_some();
                queue.holds(rest(got).await..=3, (way, polls)).await;
                if done {
                    break;
                }
            }
        }
    }

    async fn dropped_one_after_another_for_one_item(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut line: Vec<_> = (0..STEPS.len()).map(|_| ByHand::new(queue.ask(Way::Get))).collect();
            for one in &mut line {
                assert!(one.poll().is_pending());
            }
            queue.put_many([1]).await;
            for (one, steps) in line.into_iter().zip(STEPS) {
                turns(steps).await;
                drop(one);
            }
            queue.holds([1], "the last one is gone").await;
        }
    }

    async fn a_put_that_was_not_polled_puts_nothing(session: RedisSession) {
        for queue in Queue::both(&session) {
            match &queue {
                Queue::Plain(queue) => drop(queue.put(1)),
                Queue::Task(queue) => drop(queue.put(1)),
            }
            turns(20).await;
            queue.holds([], "nothing").await;
        }
    }
}
