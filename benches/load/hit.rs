//! Hits of `get_or_load` on the server, beside `get`s of the same entries.

use std::convert::Infallible;
use std::time::Duration;

use bench_support::{Caller, Effort, Spread, Target, drive};
use rediscache::{RedisSession, RedisTtlCache};

use crate::TTL;

/// How many entries there are.
const ENTRIES: u64 = 10_000;

/// How long entries are kept beyond their life, where they are.
const STALE: Duration = Duration::from_secs(600);

type Texts = RedisTtlCache<u64, String>;

/// What a hit may take, compared with a `get`.
const TARGETS: [(usize, Target, Target); 2] = [
    (1, Target::at_most("a hit to a `get`, 1 caller", 1.05), Target::at_most("with `stale`, 1 caller", 1.2)),
    (64, Target::at_most("a hit to a `get`, 64 callers", 1.05), Target::at_most("with `stale`, 64 callers", 1.2)),
];

/// One way to read.
#[derive(Clone)]
enum Reader {
    Get(Texts),
    Load(Texts),
}

impl Caller for Reader {
    async fn call(&mut self, number: u64) {
        let key = number.wrapping_mul(7_919) % ENTRIES;
        let read = match self {
            Self::Get(texts) => texts.get(key).await.unwrap().unwrap(),
            Self::Load(texts) => texts.get_or_load(key, || async { Ok::<_, Infallible>(String::new()) }).await.unwrap(),
        };
        assert_eq!(read, text(key));
    }
}

fn text(key: u64) -> String {
    format!("text number {key}")
}

pub(crate) async fn measure(url: &str, quick: bool) {
    let (rounds, time) = if quick { (5, Duration::from_millis(40)) } else { (15, Duration::from_millis(150)) };
    let session = RedisSession::connect(url).await.unwrap();
    let plain: Texts = RedisTtlCache::new("hit", TTL).on(&session);
    let stale: Texts = RedisTtlCache::new("hit.stale", TTL).stale(STALE).on(&session);
    for texts in [&plain, &stale] {
        texts.set_many((0..ENTRIES).map(|key| (key, text(key)))).await.unwrap();
    }
    let sides = [Reader::Get(plain.clone()), Reader::Load(plain.clone()), Reader::Load(stale.clone())];
    for (callers, fresh_target, stale_target) in TARGETS {
        let Effort { rounds, time } = Effort::of(rounds, time, callers);
        let (mut fresh_ratios, mut stale_ratios) = (Vec::new(), Vec::new());
        // The first round only warms up.
        for round in 0..=rounds {
            let mut rates = [0.0; 3];
            // Each first as often as the others.
            for turn in 0..3 {
                let side = (round + turn) % 3;
                rates[side] = drive(&sides[side], callers, time).await.rate;
            }
            let [gets, fresh, stale] = rates;
            fresh_ratios.push(gets / fresh);
            stale_ratios.push(gets / stale);
        }
        fresh_target.tell(Spread::of(fresh_ratios.into_iter().skip(1)));
        stale_target.tell(Spread::of(stale_ratios.into_iter().skip(1)));
    }
    for texts in [plain, stale] {
        assert_eq!(texts.stats().misses(), 0, "all of them are hits");
    }
}
