//! A cold start: nothing is there, and every key is asked for by two callers at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bench_support::{Spread, Target};

use crate::side::{ByHand, Cached, Loads, Moka, Ours, Side, text};

const CALLERS: u64 = 1_000;

/// How many keys one caller asks for, one after the other.
const EACH: u64 = 20;

/// How many keys there are, each of which two callers ask for.
const KEYS: u64 = CALLERS / 2 * EACH;

/// What came of one start.
struct Start {
    /// Until the last answer.
    took: Duration,
    loads: u64,
}

pub(crate) async fn measure(url: &str, quick: bool) {
    let rounds = if quick { 2 } else { 9 };
    println!("cold start: {KEYS} keys, {CALLERS} callers, two for each key, a loader of 5 ms");
    let (mut ours, mut moka, mut cached, mut by_hand) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round only warms up.
    for round in 0..=rounds {
        ours.push(start::<Ours>(url, round).await);
        moka.push(start::<Moka>(url, round).await);
        cached.push(start::<Cached>(url, round).await);
        by_hand.push(start::<ByHand>(url, round).await);
    }
    for starts in [&mut ours, &mut moka, &mut cached, &mut by_hand] {
        starts.remove(0);
    }
    tell("this library", &ours);
    tell("`moka` and `redis` by hand, shared in this process", &moka);
    tell("`cached`, its Redis store, which shares nothing", &cached);
    tell("`redis` by hand, which shares nothing", &by_hand);
    let loads = ours.iter().map(|start| start.loads as f64 / KEYS as f64);
    Target::at_most("loads a key", 1.0).tell(Spread::of(loads));
    let rates = moka.iter().zip(&ours).map(|(moka, ours)| moka.took.as_secs_f64() / ours.took.as_secs_f64());
    Target::at_least("the rate to that of `moka` and `redis`", 2.0).tell(Spread::of(rates));
}

fn tell(name: &str, starts: &[Start]) {
    let took = Spread::of(starts.iter().map(|start| start.took.as_secs_f64() * 1e3));
    let loads = Spread::of(starts.iter().map(|start| start.loads as f64 / KEYS as f64));
    let Spread { median, min, max } = took;
    println!("  {name:<52} {median:>5.0} ms ({min:.0}–{max:.0}), {:.2} loads a key", loads.median);
}

async fn start<S: Side>(url: &str, round: usize) -> Start {
    let (side, loads) = (S::connect(url, &format!("cold.{round}")).await, Loads(Arc::new(AtomicU64::new(0))));
    let began = Instant::now();
    let calls = (0..CALLERS).map(|caller| {
        let (mut side, loads) = (side.clone(), loads.clone());
        tokio::spawn(async move {
            let first = caller / 2 * EACH;
            for key in first..first + EACH {
                assert_eq!(side.get_or_load(key, loads.clone()).await, text(key));
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    Start { took: began.elapsed(), loads: loads.0.load(Ordering::Relaxed) }
}
