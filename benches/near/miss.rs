//! Reads that the server is asked for, through a near cache that keeps the answers and may never serve them.

use std::time::Duration;

use bench_support::{Caller, Effort, Spread, Target, drive};
use rediscache::{Near, RedisCache};

use crate::{Counts, HOT, connect};

/// What a miss may take, compared with a read without a near cache.
const TARGETS: [(usize, Target); 2] = [
    (1, Target::at_most("a miss to a plain read, 1 caller", 1.1)),
    (64, Target::at_most("a miss to a plain read, 64 callers", 1.1)),
];

#[derive(Clone)]
struct Reader(Counts);

impl Caller for Reader {
    async fn call(&mut self, number: u64) {
        let key = number % HOT;
        assert_eq!(self.0.get(key).await.unwrap(), Some(key));
    }
}

pub(crate) async fn measure(url: &str, quick: bool) {
    let (rounds, time) = if quick { (5, Duration::from_millis(40)) } else { (15, Duration::from_millis(150)) };
    let session = connect(url).await;
    let plain: Counts = RedisCache::new("missed").on(&session);
    plain.update((0..HOT).map(|key| (key, key))).await.unwrap();
    let near = Near::tracking().capacity(2 * 10_000).ttl(Duration::from_nanos(1));
    let near: Counts = RedisCache::new("missed").near(near).on(&session);
    for (callers, target) in TARGETS {
        let Effort { rounds, time } = Effort::of(rounds, time, callers);
        let mut ratios = Vec::new();
        for round in 0..=rounds {
            // In every other round the other way round.
            let [near_first, plain_first] = [round % 2 == 0, round % 2 == 1];
            let mut rates = [0.0; 2];
            for is_near in [near_first, plain_first] {
                let reader = Reader(if is_near { near.clone() } else { plain.clone() });
                rates[usize::from(is_near)] = drive(&reader, callers, time).await.rate;
            }
            ratios.push(rates[0] / rates[1]);
        }
        target.tell(Spread::of(ratios.into_iter().skip(1)));
    }
    assert_eq!(near.near_stats().hits(), 0, "all of them are misses");
}
