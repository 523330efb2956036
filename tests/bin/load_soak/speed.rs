//! How fast it is, beside the same without it.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rediscache::{Near, RedisSession, RedisTtlCache};
use support::Random;
use tokio::time::Instant;

use crate::args::Options;
use crate::stage::Stage;

const KEYS: u64 = 1_000;

/// How often each side is measured, in turns.
const TURNS: usize = 7;

type Cache = RedisTtlCache<u64, u64>;

pub(crate) async fn run(stage: &Stage, options: &Options) -> Result<String, String> {
    let session = stage.connect().await?;
    let ttl = Duration::from_secs(600);
    let mut text = String::new();
    for (name, cache) in
        [("ttl", Cache::new("speed", ttl)), ("ttl and stale", Cache::new("speed.stale", ttl).stale(ttl))]
    {
        let cache = cache.on(&session);
        cache.set_many((0..KEYS).map(|key| (key, key))).await.map_err(|error| error.to_string())?;
        for callers in [1, 64] {
            let (get, load) = hits(&cache, callers, options.rounds).await;
            text += &format!(
                "\n  hit with {name}, {callers} callers: get {get:.0}/s, get_or_load {load:.0}/s, {:.3} × the time",
                get / load
            );
        }
    }
    text += &format!("\n  near hit of get_or_load: {:.0}/s", near(&session, ttl).await?);
    text += &cold(&session, ttl, options.shared.seed).await?;
    Ok(text)
}

/// The rates of both, each the median of its turns.
async fn hits(cache: &Cache, callers: u64, rounds: u64) -> (f64, f64) {
    let (mut gets, mut loads) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        gets.push(
            rate(callers, rounds, cache, |cache, key| {
                let get = cache.get(key);
                async move { drop(get.await) }
            })
            .await,
        );
        loads.push(
            rate(callers, rounds, cache, |cache, key| {
                let load = cache.get_or_load(key, || async { Ok::<u64, Infallible>(0) });
                async move { drop(load.await) }
            })
            .await,
        );
    }
    (median(gets), median(loads))
}

async fn rate<F>(callers: u64, rounds: u64, cache: &Cache, call: fn(&Cache, u64) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let began = Instant::now();
    let each = rounds / callers;
    let callers: Vec<_> = (0..callers)
        .map(|caller| {
            let cache = cache.clone();
            tokio::spawn(async move {
                for round in 0..each {
                    call(&cache, (caller + round) % KEYS).await;
                }
            })
        })
        .collect();
    let count = callers.len() as u64 * each;
    for caller in callers {
        let _ = caller.await;
    }
    per_second(count, began)
}

async fn near(session: &RedisSession, ttl: Duration) -> Result<f64, String> {
    let cache = Cache::new("speed.near", ttl).near(Near::tracking()).on(session);
    for key in 0..10 {
        let load = cache.get_or_load(key, move || async move { Ok::<u64, Infallible>(key) });
        load.await.map_err(|error| error.to_string())?;
        cache.get(key).await.map_err(|error| error.to_string())?;
    }
    let (began, count) = (Instant::now(), 1_000_000);
    for round in 0..count {
        let _ = cache.get_or_load(round % 10, || async { Ok::<u64, Infallible>(0) }).await;
    }
    Ok(per_second(count, began))
}

/// 10,000 keys, which 1,000 callers ask for at once, each for 100 of them, where a load takes 5 ms.
async fn cold(session: &RedisSession, ttl: Duration, seed: u64) -> Result<String, String> {
    let mut text = String::new();
    for by_hand in [false, true] {
        let cache = Cache::new(if by_hand { "cold.hand" } else { "cold.loads" }, ttl).on(session);
        let (loads, began) = (Arc::new(AtomicU64::new(0)), Instant::now());
        let callers: Vec<_> = (0..1_000)
            .map(|caller| {
                let (cache, loads, mut random) = (cache.clone(), Arc::clone(&loads), Random::from_seed(seed ^ caller));
                tokio::spawn(async move {
                    for _ in 0..100 {
                        let (key, loads) = (random.within(0..10_000), Arc::clone(&loads));
                        let load = move || async move {
                            loads.fetch_add(1, Ordering::Relaxed);
                            tokio::time::sleep(Duration::from_millis(5)).await;
                            Ok::<u64, Infallible>(key)
                        };
                        if !by_hand {
                            let _ = cache.get_or_load(key, load).await;
                        } else if !matches!(cache.get(key).await, Ok(Some(_)))
                            && let Ok(value) = load().await
                        {
                            let _ = cache.set(key, value).await;
                        }
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.map_err(|error| error.to_string())?;
        }
        let (loads, name) =
            (loads.load(Ordering::Relaxed), if by_hand { "get and set by hand" } else { "get_or_load" });
        text +=
            &format!("\n  cold start of 10,000 keys by 1,000 callers, {name}: {loads} loads, {:.2?}", began.elapsed());
    }
    Ok(text)
}

fn per_second(count: u64, began: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / began.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates[rates.len() / 2]
}
