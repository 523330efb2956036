use std::time::Duration;

use bench_support::{Caller, Driven, Effort, drive};

use crate::pair::Pair;
use crate::side::{Fred, Redis, Rustis, Side};

/// More tasks a millisecond than any side finishes.
const TASKS: u64 = 1_000;

/// All sides, each over a connection of its own to one server.
pub(crate) struct Sides<S> {
    pub(crate) ours: S,
    pub(crate) redis: Redis,
    pub(crate) fred: Fred,
    pub(crate) rustis: Rustis,
}

impl<S: Side> Sides<S> {
    pub(crate) async fn connect(url: &str) -> Self {
        Self {
            ours: S::connect(url).await,
            redis: Redis::connect(url).await,
            fred: Fred::connect(url).await,
            rustis: Rustis::connect(url).await,
        }
    }

    /// Measures all sides in turn, each first as often as the others, in every other four rounds the other way round. The
    /// first round only warms up.
    pub(crate) async fn rounds(&self, pair: Pair, callers: usize, effort: Effort) -> [Vec<Driven>; 4] {
        let mut all = [const { Vec::new() }; 4];
        for round in 0..=effort.rounds {
            let mut order = [0, 1, 2, 3];
            order.rotate_left(round % 4);
            if round / 4 % 2 == 1 {
                order.reverse();
            }
            for side in order {
                let driven = match side {
                    0 => measure(&self.ours, pair, callers, effort.time).await,
                    1 => measure(&self.redis, pair, callers, effort.time).await,
                    2 => measure(&self.fred, pair, callers, effort.time).await,
                    _ => measure(&self.rustis, pair, callers, effort.time).await,
                };
                if round > 0 {
                    all[side].push(driven);
                }
            }
        }
        all
    }
}

/// What one side does in one round.
async fn measure<S: Side>(side: &S, pair: Pair, callers: usize, time: Duration) -> Driven {
    let mut side = side.clone();
    side.clear_queues().await;
    if pair.uses_tasks() {
        let tasks = TASKS * u64::try_from(time.as_millis()).unwrap();
        for first in (0..tasks).step_by(5_000) {
            side.put_tasks(first..tasks.min(first + 5_000)).await;
        }
    }
    drive(&Calling { side, pair }, callers, time).await
}

#[derive(Clone)]
struct Calling<S> {
    side: S,
    pair: Pair,
}

impl<S: Side> Caller for Calling<S> {
    async fn call(&mut self, number: u64) {
        self.pair.call(&mut self.side, number).await;
    }
}
