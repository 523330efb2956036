//! URLs from anywhere.

use std::error::Error;

use futures_util::FutureExt;
use rediscache::{ErrorKind, RedisSession};
use support::Random;

use crate::report;

const CASES: u32 = 100_000;

const PASSWORD: &str = "hunter2";

/// What URLs are made of, and what they are not.
const PARTS: &str = "redis rediss unix memory redis-cluster rediss-cluster redis-sentinel http :// : // / @ , ? # & = [ ] ::1 \
    127.0.0.1 host user hunter2 :6379 :0 :99999 /0 /15 /service /service/0 db=1 protocol= protocol=resp3 pass= % %00 %ff \
    \u{feff} \u{1f980}";

/// Parts in any order, or a proper URL with something changed.
fn url(parts: &[&str], random: &mut Random) -> String {
    let mut url = match random.within(0..4) {
        0 => String::new(),
        1 => format!("redis://user:{PASSWORD}@127.0.0.1:6379/0"),
        2 => format!("redis-sentinel://:{PASSWORD}@127.0.0.1:26379,[::1]:26379/service/0"),
        _ => format!("redis-cluster://user:{PASSWORD}@127.0.0.1:7000,127.0.0.1:7001"),
    };
    for _ in 0..random.within(0..8) {
        let mut at = random.place(url.len() + 1);
        while !url.is_char_boundary(at) {
            at -= 1;
        }
        match random.within(0..6) {
            0 if at < url.len() => drop(url.remove(at)),
            1 => url.insert(at, char::from_u32(u32::try_from(random.within(0..0x11_0000)).unwrap()).unwrap_or('\0')),
            _ => url.insert_str(at, parts[random.place(parts.len())]),
        }
    }
    url
}

/// The first step of connecting takes the URL apart. The rest is left to a runtime that never runs.
#[test]
fn any_url_is_taken_or_refused_and_never_shown() {
    let (mut random, seed) = Random::seeded_by("REDISCACHE_HOSTILE_SEED");
    let (parts, mut taken, mut runtime) = (PARTS.split_whitespace().collect::<Vec<_>>(), 0, None);
    for case in 0..CASES {
        if case % 1000 == 0 {
            runtime = Some(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
        }
        let _entered = runtime.as_ref().unwrap().enter();
        let url = url(&parts, &mut random);
        let builder = RedisSession::builder(&url);
        let mut shown = format!("{builder:?}");
        match builder.connect().now_or_never() {
            None => taken += 1,
            Some(Ok(session)) => shown += &format!("{session:?}"),
            Some(Err(error)) => {
                let kind = error.kind();
                assert!(matches!(kind, ErrorKind::Config | ErrorKind::Unsupported), "{url:?}: {error:?}");
                let mut next: Option<&dyn Error> = Some(&error);
                while let Some(error) = next {
                    shown += &format!("{error} {error:?}");
                    next = error.source();
                }
            }
        }
        assert!(!shown.contains(PASSWORD), "{url:?} is shown: {shown} (seed {seed})");
    }
    report(&format!("urls={CASES} taken={taken} seed={seed}"));
    assert!(taken > CASES / 100, "next to none were taken");
}
